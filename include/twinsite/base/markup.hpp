// Text for XML and HTML.
#pragma once

#include <string>
#include <string_view>

namespace twinsite {

/// TEXT with & < > " as entities: good for content and for double-quoted attributes.
[[nodiscard]] std::string escape_markup(std::string_view text);

/// The same, appended to OUT; with line ends and tabs as references too, which a parser would
/// otherwise turn into blanks in an attribute (XML 1.0, 3.3.3).
void append_escaped_attribute(std::string& out, std::string_view text);

} // namespace twinsite
