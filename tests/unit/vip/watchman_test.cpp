#include "agents/vip/watchman.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace twinsite::vip {
namespace {

using namespace std::chrono_literals;

const TimePoint start{};

/// Wakes when it wants to be woken until UNTIL; the moments of its announcements.
std::vector<Milliseconds> announcements(Watchman& watchman, Milliseconds until) {
    std::vector<Milliseconds> moments;
    while (watchman.next() <= start + until) {
        const TimePoint now = watchman.next();
        const auto duties = watchman.wake(now);
        EXPECT_FALSE(duties.verify);
        if (duties.announce) {
            moments.push_back(std::chrono::duration_cast<Milliseconds>(now - start));
        }
        if (duties.end) {
            break;
        }
    }
    return moments;
}

network::Claim claim(bool asks) {
    return {.address = network::parse_ip_address("192.0.2.7").value(), .by = {}, .asks = asks};
}

TEST(Watchman, announces_with_back_off) {
    Watchman watchman({.announcements = 4, .interval = 200ms}, start);
    EXPECT_EQ(announcements(watchman, 60s),
              (std::vector<Milliseconds>{200ms, 600ms, 1400ms, 3000ms}));
}

TEST(Watchman, ends_after_the_last_announcement_when_it_need_not_watch) {
    Watchman watchman({.announcements = 1, .interval = 200ms, .keep_watching = false}, start);
    EXPECT_FALSE(watchman.wake(start + 100ms).end);
    const auto duties = watchman.wake(start + 200ms);
    EXPECT_TRUE(duties.announce);
    EXPECT_TRUE(duties.end);
}

TEST(Watchman, looks_whether_it_is_needed_every_heartbeat) {
    Watchman watchman({}, start);
    EXPECT_EQ(watchman.next(), start + Watchman::heartbeat);
    EXPECT_FALSE(watchman.wake(start + 1999ms).look);
    EXPECT_TRUE(watchman.wake(start + 2000ms).look);
    EXPECT_FALSE(watchman.wake(start + 2001ms).look);
}

TEST(Watchman, verifies_after_it_was_frozen_and_only_then) {
    Watchman watchman({}, start);
    EXPECT_FALSE(watchman.wake(start + 2000ms + 4000ms).verify) << "a busy machine";
    EXPECT_TRUE(watchman.wake(start + 6000ms + 2000ms + 4001ms).verify);
    EXPECT_FALSE(watchman.wake(start + 12'100ms).verify);
}

TEST(Watchman, defends_at_most_once_in_ten_seconds_and_reports_always) {
    Watchman watchman({}, start);
    auto answer = watchman.heard(claim(false), start + 1s);
    EXPECT_TRUE(answer.report);
    EXPECT_TRUE(answer.defend);
    answer = watchman.heard(claim(false), start + 10'999ms);
    EXPECT_TRUE(answer.report);
    EXPECT_FALSE(answer.defend);
    EXPECT_TRUE(watchman.heard(claim(false), start + 11s).defend);
}

TEST(Watchman, does_not_mind_who_only_asks) {
    Watchman watchman({}, start);
    const auto answer = watchman.heard(claim(true), start + 1s);
    EXPECT_FALSE(answer.report);
    EXPECT_FALSE(answer.defend);
}

} // namespace
} // namespace twinsite::vip
