#pragma once

#include "ocf/description.hpp"

namespace twinsite::vip {

const ocf::Description& description();

} // namespace twinsite::vip
