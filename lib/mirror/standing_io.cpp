#include <twinsite/base/text.hpp>
#include <twinsite/mirror/standing_io.hpp>

#include <fmt/format.h>

namespace twinsite::mirror {

namespace {

/// WORD as drbdsetup's events2 and status print it (susp_str() of drbd-utils).
std::string explained(std::string_view word, std::string_view fence_handler) {
    if (word == "fencing") {
        return fmt::format("{}; it goes on when the peer is fenced or connected: see pcs stonith "
                           "history; it surely has no power: stonith_admin --confirm NODE",
                           fence_handler.empty() ? "the peer is lost, its end is not proven"
                                                 : fence_handler);
    }
    if (word == "no-data") {
        return "no up-to-date data can be reached: bring the peer or the disk back";
    }
    if (word == "user") {
        return "it was suspended by hand: drbdadm resume-io ends that";
    }
    if (word == "quorum") {
        return "DRBD has lost its quorum: bring the peers back";
    }
    return "drbdsetup status says why";
}

} // namespace

bool waits_for_fencing(const Observation& seen) {
    return seen.role == Role::primary && seen.suspended == "fencing";
}

std::string standing_io(const Observation& seen, std::string_view fence_handler) {
    if (seen.role != Role::primary || seen.suspended.empty()) {
        return {};
    }
    std::vector<std::string> reasons;
    for (const std::string& word : split(seen.suspended, ",")) {
        reasons.push_back(explained(word, fence_handler));
    }
    return "I/O STANDS STILL: " + join(reasons, "; ");
}

} // namespace twinsite::mirror
