#include "tests/support/fake_clock.hpp"

#include <twinsite/base/deadline.hpp>

#include <gtest/gtest.h>

namespace twinsite {
namespace {

using testing::FakeClock;

TEST(Deadline, polls_until_done_and_no_longer) {
    FakeClock clock;
    int looks = 0;
    const auto deadline = Deadline::after(clock, Milliseconds(1000));
    EXPECT_TRUE(poll_until(clock, deadline, Milliseconds(100), [&] { return ++looks == 4; }));
    EXPECT_EQ(deadline.left(clock), Milliseconds(700));
}

TEST(Deadline, looks_once_more_when_time_is_up) {
    FakeClock clock;
    const auto deadline = Deadline::after(clock, Milliseconds(250));
    EXPECT_TRUE(
        poll_until(clock, deadline, Milliseconds(100), [&] { return deadline.passed(clock); }));
    EXPECT_FALSE(poll_until(clock, deadline, Milliseconds(100), [] { return false; }));
    EXPECT_EQ(deadline.left(clock), Milliseconds(0));
}

TEST(Deadline, within_takes_the_earlier) {
    FakeClock clock;
    const auto deadline = Deadline::after(clock, Milliseconds(1000));
    EXPECT_EQ(deadline.within(clock, Milliseconds(200)).left(clock), Milliseconds(200));
    EXPECT_EQ(deadline.within(clock, Milliseconds(2000)).left(clock), Milliseconds(1000));
}

} // namespace
} // namespace twinsite
