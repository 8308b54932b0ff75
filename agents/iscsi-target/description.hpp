// The agent's parameter table.
#pragma once

#include "ocf/description.hpp"

namespace twinsite::iscsi_target {

const ocf::Description& description();

} // namespace twinsite::iscsi_target
