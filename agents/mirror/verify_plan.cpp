#include "agents/mirror/verify_plan.hpp"

#include <twinsite/base/text.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace twinsite::mirror {

namespace {

constexpr UnixTime day = 86400;

bool any_volume(const Observation& seen, Replication state) {
    return std::any_of(seen.peers.begin(), seen.peers.end(), [&](const Peer& peer) {
        return std::any_of(peer.volumes.begin(), peer.volumes.end(),
                           [&](const PeerVolume& volume) { return volume.replication == state; });
    });
}

Result<int> minute_of(std::string_view text) {
    const auto words = split(text, ":");
    const auto hour = words.size() == 2 ? parse_integer(words[0], 0, 23)
                                        : fail(ErrorKind::invalid_config, "no time of day");
    const auto minute = words.size() == 2 ? parse_integer(words[1], 0, 59) : hour;
    if (!hour || !minute) {
        return fail(ErrorKind::invalid_config,
                    fmt::format("\"{}\" is no time of day", printable(text)));
    }
    return static_cast<int>(*hour * 60 + *minute);
}

} // namespace

bool DayWindow::holds(int minute) const {
    if (begin == end) {
        return true;
    }
    return begin < end ? minute >= begin && minute < end : minute >= begin || minute < end;
}

Result<DayWindow> parse_window(std::string_view text) {
    if (text.empty()) {
        return DayWindow{};
    }
    const auto words = split(text, "-");
    const auto begin = words.size() == 2 ? minute_of(words[0]) : minute_of(text);
    const auto end = words.size() == 2 ? minute_of(words[1]) : begin;
    if (!begin || !end || words.size() != 2) {
        return fail(ErrorKind::invalid_config,
                    fmt::format("verify_window is like 22:00-05:00, not \"{}\"", printable(text)));
    }
    return DayWindow{*begin, *end};
}

VerifyStep next_verify_step(const VerifyPlan& plan, const Memory& memory,
                            const VerifyMoment& moment) {
    if (any_volume(moment.seen, Replication::verify)) {
        return VerifyStep::none;
    }
    // One side drives it, the one that has the load: Pacemaker knows which that is.
    const bool ours = moment.now.state == State::promoted && !moment.now.degraded;
    if (memory.verify_begun != 0) {
        if (memory.verified >= memory.verify_begun) {
            return VerifyStep::reported;
        }
        const bool unbroken = !moment.link.empty() && moment.link == memory.verify_link;
        return ours && unbroken ? VerifyStep::ended : VerifyStep::abandoned;
    }
    const bool due = plan.every_days > 0 && moment.time - memory.verified >= plan.every_days * day;
    return due && ours && !moment.link.empty() && plan.window.holds(moment.minute_of_day)
               ? VerifyStep::begin
               : VerifyStep::none;
}

} // namespace twinsite::mirror
