// A clock that stands still until somebody waits.
#pragma once

#include <twinsite/base/deadline.hpp>

#include <functional>

namespace twinsite::testing {

class FakeClock final : public Clock {
public:
    [[nodiscard]] TimePoint now() const override { return now_; }
    void pause(Milliseconds duration) override {
        now_ += duration;
        on_pause();
    }

    /// What the rest of the world does meanwhile.
    std::function<void()> on_pause = [] {};

private:
    TimePoint now_{};
};

} // namespace twinsite::testing
