// I/O that DRBD holds back on a promoted side. Pure.
#pragma once

#include <twinsite/mirror/observation.hpp>

#include <string>
#include <string_view>

namespace twinsite::mirror {

/// Promoted, and held back by the lost peer's fencing alone. Only then may I/O be released from
/// outside: resume-io ends every suspension, also one by hand or for want of data.
bool waits_for_fencing(const Observation& seen);

/// What it waits for and what to do, "" when I/O runs. FENCE_HANDLER: what that said last, or "".
std::string standing_io(const Observation& seen, std::string_view fence_handler);

} // namespace twinsite::mirror
