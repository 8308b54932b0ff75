#pragma once

#include "ocf/description.hpp"

namespace twinsite::mirror {

const ocf::Description& description();

} // namespace twinsite::mirror
