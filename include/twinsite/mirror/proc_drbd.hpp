// The parser of DRBD 8.4's /proc/drbd: what is left when the kernel does not answer drbdsetup.
#pragma once

#include <twinsite/base/result.hpp>
#include <twinsite/mirror/observation.hpp>

#include <string_view>
#include <vector>

namespace twinsite::mirror {

/// The resource whose volumes 0, 1, ... are MINORS. The file has no names, so what it does not show
/// proves nothing. Errors: not_found when a minor is not there; protocol.
Result<Observation> parse_proc_drbd(std::string_view text, const std::vector<int>& minors);

} // namespace twinsite::mirror
