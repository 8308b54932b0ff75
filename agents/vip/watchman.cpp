#include "agents/vip/watchman.hpp"

#include <algorithm>

namespace twinsite::vip {

Watchman::Watchman(const WatchPlan& plan, TimePoint now)
    : plan_(plan)
    , next_look_(now + heartbeat)
    , next_announcement_(now + plan.interval)
    , may_defend_(now) {}

TimePoint Watchman::next() const {
    return plan_.announcements > 0 ? std::min(next_look_, next_announcement_) : next_look_;
}

Watchman::Duties Watchman::wake(TimePoint now) {
    Duties duties;
    duties.verify = now > next() + frozen_after;
    if (plan_.announcements > 0 && now >= next_announcement_) {
        duties.announce = true;
        --plan_.announcements;
        plan_.interval *= 2;
        next_announcement_ = now + plan_.interval;
    }
    if (now >= next_look_) {
        duties.look = true;
        next_look_ = now + heartbeat;
    }
    duties.end = plan_.announcements == 0 && !plan_.keep_watching;
    return duties;
}

Watchman::Answer Watchman::heard(const network::Claim& claim, TimePoint now) {
    if (claim.asks) {
        return {}; // the kernel answers, and the other one gives up
    }
    const bool defend = now >= may_defend_;
    if (defend) {
        may_defend_ = now + defend_interval;
    }
    return {.report = true, .defend = defend};
}

} // namespace twinsite::vip
