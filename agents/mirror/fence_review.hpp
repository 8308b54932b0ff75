// The kernel asks its fence handler once. While a promoted side is without its peer, the monitor
// has the same question asked again: a ban may be missing by now, and I/O that was left standing
// may go on.
#pragma once

#include "agents/mirror/caretaker.hpp"

#include <twinsite/base/deadline.hpp>
#include <twinsite/base/result.hpp>
#include <twinsite/mirror/memory.hpp>
#include <twinsite/mirror/observation.hpp>
#include <twinsite/process/command.hpp>

#include <string>
#include <string_view>

namespace twinsite::mirror {

/// With this in its environment the handler looks once, and releases I/O that waits for its answer.
inline constexpr const char* review_variable = "TWINSITE_FENCE_REVIEW";

/// The handler's last word, in RUN: also the sign that the handler is ours.
struct FenceWord {
    UnixTime asked = 0;
    int answer = 0; ///< FenceAnswer
    std::string reason{};

    friend bool operator==(const FenceWord&, const FenceWord&) = default;
};

/// Errors of reading: not_found when it was not asked since the boot; protocol.
Result<FenceWord> read_fence_word(const Folders& folders, std::string_view resource);
Status write_fence_word(const Folders& folders, std::string_view resource, const FenceWord& word);

/// Seconds between two reviews that only look after the ban; standing I/O has one at each monitor.
inline constexpr std::int64_t review_interval = 60;

/// Pure. Never while the peer is connected or drbdsetup gets no answer, and not for a side that
/// stands alone after a split brain or by hand, unless its I/O stands.
bool review_is_due(const Observation& seen, UnixTime asked, UnixTime now);

/// Has the question asked again when it is due. Returns why I/O stands, "" when it does not.
std::string review_fencing(const Observation& seen, std::string_view resource,
                           const Folders& folders, process::CommandRunner& runner, UnixTime now,
                           const Deadline& deadline);

} // namespace twinsite::mirror
