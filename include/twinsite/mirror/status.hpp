// The parser of DRBD 9's `drbdsetup status --json` (drbd-utils 9.x; DRBD 8.4 has no JSON).
#pragma once

#include <twinsite/base/result.hpp>
#include <twinsite/mirror/observation.hpp>

#include <string_view>

namespace twinsite::mirror {

/// OUTPUT lists every resource of the node: one that is not in it is not configured.
/// Errors: protocol.
Result<Observation> parse_status(std::string_view output, std::string_view resource);

} // namespace twinsite::mirror
