// What fence_netpdu says of itself, made from the table of options.
#pragma once

#include <string>

namespace twinsite::fencing {

/// XML of the fence agent API.
std::string metadata();
/// The manual, in the format of man(7).
std::string manual();
/// What --help prints.
std::string usage();

} // namespace twinsite::fencing
