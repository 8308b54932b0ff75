// Outlet names in a form that every reader of a fence agent's list takes as one word.
#pragma once

#include <twinsite/power/outlet.hpp>

#include <string>

namespace twinsite::power {

/// The outlet's name with everything but letters, digits, '.', '-' and '_' replaced by '_'.
/// Pacemaker drops entries that read "on" or "off", and lines with "invalid" or "variable"
/// (fence_agent's list, parse_host_list): such names, and empty ones, become "outlet_ID".
std::string list_name(const Outlet& outlet);

} // namespace twinsite::power
