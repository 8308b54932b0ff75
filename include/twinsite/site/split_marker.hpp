// What a storage node tells the cluster of its copy in a split brain: the mirror agent's node
// attribute mirror-split-LUN, "DETECTED GENERATION ROLE KIB [ANCESTOR [ROLE@TIME,...]]".
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace twinsite::site {

struct SplitMarker {
    std::int64_t found_at = 0; ///< seconds since 1970
    std::string role;          ///< of this copy then, as DRBD says it
    std::uint64_t written_kib = 0;
    std::string ancestor; ///< last common generation; "" while not known
    std::string roles{};  ///< "ROLE@TIME,...", the last changes of this copy's role
};

/// Nothing when TEXT does not say what was written.
std::optional<SplitMarker> parse_split_marker(std::string_view text);

/// mirror-split-LUN
std::string split_marker_name(std::string_view lun);

} // namespace twinsite::site
