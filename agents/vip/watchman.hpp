// What the background process of an address does next. Pure: time and packets in, duties out.
#pragma once

#include <twinsite/base/deadline.hpp>
#include <twinsite/network/segment.hpp>

namespace twinsite::vip {

/// What start wants to go on after it returned.
struct WatchPlan {
    unsigned announcements = 0; ///< still to be sent
    Milliseconds interval{200}; ///< to the next one; every further wait is twice as long
    bool keep_watching = true;  ///< after the last one, for others that use the address
};

class Watchman {
public:
    /// Between two looks at whether the address is still ours.
    static constexpr Milliseconds heartbeat{2000};
    /// Whoever wakes up this much too late was frozen, and the cluster may have moved the address.
    static constexpr Milliseconds frozen_after{4000};
    /// DEFEND_INTERVAL of RFC 5227, 1.1.
    static constexpr Milliseconds defend_interval{10'000};

    struct Duties {
        bool verify = false; ///< before anything else: does somebody else have it by now?
        bool announce = false;
        bool look = false; ///< is the record still there?
        bool end = false;
    };

    struct Answer {
        bool report = false;
        bool defend = false;
    };

    Watchman(const WatchPlan& plan, TimePoint now);

    /// When it wants to be woken if nothing is heard.
    [[nodiscard]] TimePoint next() const;
    Duties wake(TimePoint now);
    /// Somebody else's packet was heard.
    Answer heard(const network::Claim& claim, TimePoint now);

private:
    WatchPlan plan_;
    TimePoint next_look_;
    TimePoint next_announcement_;
    TimePoint may_defend_;
};

} // namespace twinsite::vip
