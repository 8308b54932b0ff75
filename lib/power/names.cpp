#include <twinsite/base/text.hpp>
#include <twinsite/power/names.hpp>

#include <algorithm>

namespace twinsite::power {

namespace {

bool plain(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '-' || c == '_';
}

} // namespace

std::string list_name(const Outlet& outlet) {
    std::string name = outlet.name;
    std::replace_if(
        name.begin(), name.end(), [](char c) { return !plain(c); }, '_');
    const std::string lower = to_lower(name);
    const bool misread = name.empty() || lower == "on" || lower == "off" || lower == "unknown" ||
                         lower.find("invalid") != std::string::npos ||
                         lower.find("variable") != std::string::npos;
    return misread ? "outlet_" + outlet.identifier : name;
}

} // namespace twinsite::power
