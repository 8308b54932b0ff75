#include <twinsite/base/text.hpp>
#include <twinsite/site/split_marker.hpp>

#include <fmt/format.h>

namespace twinsite::site {

std::optional<SplitMarker> parse_split_marker(std::string_view text) {
    const auto words = split(text);
    if (words.size() < 4) {
        return std::nullopt;
    }
    const auto at = parse_integer(words[0], 0, INT64_MAX);
    const auto kib = parse_integer(words[3], 0, INT64_MAX);
    if (!at || !kib) {
        return std::nullopt;
    }
    return SplitMarker{.found_at = *at,
                       .role = printable(words[2]),
                       .written_kib = static_cast<std::uint64_t>(*kib),
                       .ancestor = words.size() > 4 && words[4] != "unknown" ? printable(words[4])
                                                                             : std::string{},
                       .roles = words.size() > 5 ? printable(words[5]) : std::string{}};
}

std::string split_marker_name(std::string_view lun) {
    return fmt::format("mirror-split-{}", lun);
}

} // namespace twinsite::site
