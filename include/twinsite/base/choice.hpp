// What to say when a name is none of those there are.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace twinsite {

/// `there is no site "rz3"; did you mean "rz2"?`, or with the names there are when none is near
/// and they are few. WHAT is "site", "LUN" ...; NAME is made printable.
[[nodiscard]] std::string no_such(std::string_view what, std::string_view name,
                                  std::span<const std::string> known);

} // namespace twinsite
