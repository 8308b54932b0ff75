// Changes one value in a topology file and leaves every other byte, comments included, as it is.
#pragma once

#include <twinsite/base/result.hpp>

#include <span>
#include <string>
#include <string_view>

namespace twinsite::config {

/// TEXT with the string at PATH (keys of nested objects) replaced by VALUE. TEXT must be what
/// parse_topology accepts. Errors: not_found when there is no such string.
Result<std::string> set_string(std::string_view text, std::span<const std::string_view> path,
                               std::string_view value);

} // namespace twinsite::config
