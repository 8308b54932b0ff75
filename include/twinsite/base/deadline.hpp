// Time as the library sees it: a clock that tests can turn, and deadlines measured on it.
#pragma once

#include <chrono>

namespace twinsite {

using Milliseconds = std::chrono::milliseconds;
using TimePoint = std::chrono::steady_clock::time_point;

class Clock {
public:
    Clock() = default;
    Clock(const Clock&) = delete;
    Clock& operator=(const Clock&) = delete;
    virtual ~Clock() = default;

    [[nodiscard]] virtual TimePoint now() const = 0;
    /// Wait between two polls. Never a substitute for looking.
    virtual void pause(Milliseconds duration) = 0;
};

/// CLOCK_MONOTONIC.
class SystemClock final : public Clock {
public:
    [[nodiscard]] TimePoint now() const override;
    void pause(Milliseconds duration) override;
};

/// A moment after which an action gives up. A value: copy it freely.
class Deadline {
public:
    explicit Deadline(TimePoint at)
        : at_(at) {}
    static Deadline after(const Clock& clock, Milliseconds duration) {
        return Deadline(clock.now() + duration);
    }

    [[nodiscard]] bool passed(const Clock& clock) const { return clock.now() >= at_; }
    /// Never negative.
    [[nodiscard]] Milliseconds left(const Clock& clock) const;
    /// The earlier of this deadline and one DURATION from now.
    [[nodiscard]] Deadline within(const Clock& clock, Milliseconds duration) const;
    /// This deadline moved towards now by RESERVE.
    [[nodiscard]] Deadline before(Milliseconds reserve) const { return Deadline(at_ - reserve); }
    [[nodiscard]] TimePoint at() const { return at_; }

private:
    TimePoint at_;
};

/// Poll until DONE returns true (true) or the deadline has passed (false). DONE is asked at least
/// once, and once more at the end.
template <typename Predicate>
bool poll_until(Clock& clock, const Deadline& deadline, Milliseconds interval, Predicate done) {
    while (!done()) {
        const Milliseconds left = deadline.left(clock);
        if (left <= Milliseconds::zero()) {
            return false;
        }
        clock.pause(left < interval ? left : interval);
    }
    return true;
}

} // namespace twinsite
