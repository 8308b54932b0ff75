#include <twinsite/base/deadline.hpp>

#include <algorithm>
#include <thread>

namespace twinsite {

TimePoint SystemClock::now() const {
    return std::chrono::steady_clock::now();
}

void SystemClock::pause(Milliseconds duration) {
    std::this_thread::sleep_for(duration);
}

Milliseconds Deadline::left(const Clock& clock) const {
    const auto left = std::chrono::ceil<Milliseconds>(at_ - clock.now());
    return std::max(left, Milliseconds::zero());
}

Deadline Deadline::within(const Clock& clock, Milliseconds duration) const {
    return Deadline(std::min(at_, clock.now() + duration));
}

} // namespace twinsite
