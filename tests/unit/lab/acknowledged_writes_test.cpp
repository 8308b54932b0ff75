#include "lab/scenario/acknowledged_writes.hpp"

#include <gtest/gtest.h>

namespace twinsite::lab {
namespace {

TimePoint at(double second) {
    return TimePoint() + std::chrono::milliseconds(static_cast<long>(second * 1000));
}

GuestLine ack(double second, const char* node, std::uint64_t number) {
    return {at(second), node, GuestLine::Kind::acknowledged, number};
}

GuestLine boot(double second, const char* node) {
    return {at(second), node, GuestLine::Kind::booted, 0};
}

TEST(GuestLine, only_whole_lines_count) {
    GuestLine line;
    EXPECT_TRUE(parse_guest_line("123.\r", line));
    EXPECT_EQ(line.number, 123U);
    EXPECT_TRUE(parse_guest_line("boot", line));
    EXPECT_EQ(line.kind, GuestLine::Kind::booted);
    EXPECT_TRUE(parse_guest_line("write error", line));
    EXPECT_EQ(line.kind, GuestLine::Kind::io_error);
    for (const char* broken : {"123", "", "12x.", ".", "bo"}) {
        EXPECT_FALSE(parse_guest_line(broken, line)) << broken;
    }
}

TEST(Judge, a_restart_on_another_node_is_a_pause_and_loses_nothing) {
    const GuestHistory history{ack(0, "a", 1), ack(1, "a", 2), boot(20, "b"), ack(21, "b", 3),
                               ack(22, "b", 4)};
    const GuestReport report = judge(history, at(0), at(22));
    EXPECT_EQ(report.restarts, 1U);
    EXPECT_EQ(report.migrations, 0U);
    EXPECT_EQ(report.lost_writes, 0U);
    EXPECT_DOUBLE_EQ(report.run_twice, 0);
    EXPECT_DOUBLE_EQ(report.longest_pause, 20);
    EXPECT_EQ(report.node, "b");
}

TEST(Judge, a_change_of_node_without_a_boot_is_a_migration) {
    const GuestHistory history{ack(0, "a", 1), ack(1, "b", 2), ack(30, "a", 3)};
    EXPECT_EQ(judge(history, at(0), at(30)).migrations, 2U);
    EXPECT_DOUBLE_EQ(judge(history, at(0), at(30)).run_twice, 0);
}

TEST(Judge, an_acknowledged_number_seen_again_was_lost) {
    const GuestHistory history{ack(0, "a", 7), ack(1, "a", 8), ack(2, "a", 9), boot(3, "b"),
                               ack(4, "b", 8)};
    EXPECT_EQ(judge(history, at(0), at(4)).lost_writes, 2U);
}

TEST(Judge, two_nodes_heard_in_turns_ran_twice) {
    const GuestHistory history{ack(0, "a", 1),   boot(0.1, "b"),   ack(0.2, "b", 2),
                               ack(0.4, "a", 3), ack(0.6, "b", 4), ack(0.8, "a", 5)};
    EXPECT_NEAR(judge(history, at(0), at(1)).run_twice, 0.6, 0.001);
}

TEST(Judge, silence_up_to_the_end_is_a_pause) {
    EXPECT_DOUBLE_EQ(judge({ack(1, "a", 1)}, at(0), at(31)).longest_pause, 30);
    EXPECT_DOUBLE_EQ(judge({}, at(0), at(10)).longest_pause, 10);
}

TEST(Judge, what_was_before_does_not_count_but_its_numbers_do) {
    const GuestHistory history{boot(0, "a"), ack(1, "a", 5), ack(11, "a", 5)};
    const GuestReport report = judge(history, at(10), at(11));
    EXPECT_EQ(report.restarts, 0U);
    EXPECT_EQ(report.writes, 1U);
    EXPECT_EQ(report.lost_writes, 1U);
}

} // namespace
} // namespace twinsite::lab
