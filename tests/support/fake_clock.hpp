// A clock that stands still until somebody waits.
#pragma once

#include <twinsite/base/deadline.hpp>

namespace twinsite::testing {

class FakeClock final : public Clock {
public:
    [[nodiscard]] TimePoint now() const override { return now_; }
    void pause(Milliseconds duration) override { now_ += duration; }

private:
    TimePoint now_{};
};

} // namespace twinsite::testing
