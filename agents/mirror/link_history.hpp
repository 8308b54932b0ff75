// What the mirror's link has been through, from DRBD's stream of events. Pure.
#pragma once

#include <twinsite/base/deadline.hpp>

#include <deque>
#include <string>
#include <string_view>

namespace twinsite::mirror {

class LinkHistory {
public:
    enum class State {
        unknown,
        up,
        flapping, ///< up, and lost often lately
        lost,
        removed, ///< the resource is gone: nothing more will come
    };

    /// So many losses within the last FLAP_SPAN are flapping.
    static constexpr std::size_t flaps = 3;
    static constexpr Milliseconds flap_span{600'000};

    explicit LinkHistory(std::string resource)
        : resource_(std::move(resource)) {}

    /// One line of `drbdsetup events2`. True when the state may have changed.
    bool take(std::string_view line, TimePoint now);
    [[nodiscard]] State state(TimePoint now) const;
    /// Losses within the last FLAP_SPAN.
    [[nodiscard]] std::size_t losses(TimePoint now) const;
    /// How often the link came or went so far: the same as long as a connection is unbroken.
    [[nodiscard]] std::size_t changes() const { return changes_; }

private:
    std::string resource_;
    void move_to(State state);

    State link_ = State::unknown;
    std::size_t changes_ = 0;
    std::deque<TimePoint> lost_;
};

/// up, flapping, lost...: what the node attribute mirror-link-RESOURCE says.
std::string_view to_string(LinkHistory::State state);

} // namespace twinsite::mirror
