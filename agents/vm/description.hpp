// What ocf:twinsite:vm says of itself.
#pragma once

#include "ocf/description.hpp"

namespace twinsite::vm {

const ocf::Description& description();

} // namespace twinsite::vm
