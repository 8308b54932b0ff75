// What is around a mirror: its link, the pool below it, its send queue, its verify plan.
#include "agents/mirror/link_history.hpp"
#include "agents/mirror/verify_plan.hpp"
#include "tests/unit/mirror/fake_mirror.hpp"

#include <twinsite/mirror/send_queue.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace twinsite::mirror {
namespace {

constexpr const char* up = "change connection name:red peer-node-id:0 conn-name:peer "
                           "connection:Connected";
constexpr const char* down = "change connection name:red peer-node-id:0 conn-name:peer "
                             "connection:NetworkFailure role:Unknown";

class LinkOfRed : public ::testing::Test {
protected:
    void lose_and_find() {
        history.take(down, now);
        history.take("change connection name:red conn-name:peer connection:Unconnected", now);
        history.take("change connection name:red conn-name:peer connection:Connecting", now);
        history.take(up, now);
    }

    LinkHistory history{"red"};
    TimePoint now;
};

TEST_F(LinkOfRed, a_loss_is_one_loss_whatever_states_it_goes_through) {
    EXPECT_EQ(history.state(now), LinkHistory::State::unknown);
    EXPECT_TRUE(history.take(up, now));
    EXPECT_EQ(history.state(now), LinkHistory::State::up);
    EXPECT_TRUE(history.take(down, now));
    EXPECT_EQ(history.state(now), LinkHistory::State::lost);
    EXPECT_FALSE(history.take("change connection name:red connection:Connecting", now));
    history.take(up, now);
    EXPECT_EQ(history.losses(now), 1U);
    EXPECT_EQ(history.state(now), LinkHistory::State::up);
}

TEST_F(LinkOfRed, three_losses_in_ten_minutes_are_flapping_and_pass) {
    history.take(up, now);
    for (int i = 0; i < 3; ++i) {
        EXPECT_NE(history.state(now), LinkHistory::State::flapping);
        lose_and_find();
    }
    EXPECT_EQ(history.state(now), LinkHistory::State::flapping);
    EXPECT_EQ(history.state(now + std::chrono::minutes(11)), LinkHistory::State::up);
}

TEST_F(LinkOfRed, what_was_taken_down_on_purpose_is_no_loss) {
    history.take(up, now);
    history.take("change connection name:red connection:Disconnecting role:Unknown", now);
    history.take("change connection name:red connection:StandAlone", now);
    EXPECT_EQ(history.losses(now), 0U);
    EXPECT_TRUE(history.take("destroy resource name:red", now));
    EXPECT_EQ(history.state(now), LinkHistory::State::removed);
}

TEST_F(LinkOfRed, other_mirrors_and_other_lines_say_nothing) {
    for (const char* line :
         {"", "exists -", "- skipped 4", "change connection name:redder connection:Connected",
          "change connection name:red role:Primary", "destroy resource name:blue",
          "change peer-device name:red volume:0 replication:SyncSource"}) {
        EXPECT_FALSE(history.take(line, now)) << line;
    }
    EXPECT_EQ(history.state(now), LinkHistory::State::unknown);
}

TEST(SendQueue, counts_the_sockets_of_one_port) {
    // Recorded in a node: DRBD on 7789 (1E6D) behind a slow link.
    constexpr const char* table =
        "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt\n"
        "   0: 0100007F:1E6D 0100007F:9175 01 00102414:00000000 00:00000000 00000000 0\n"
        "   1: 0100007F:81B1 0100007F:1E6D 01 00000060:00000000 00:00000000 00000000 0\n"
        "   2: 0100007F:1E6D 00000000:0000 0A 00000000:00000000 00:00000000 00000000 0\n"
        "   3: 0100007F:9999 0100007F:0016 01 00FFFFFF:00000000 00:00000000 00000000 0\n";
    EXPECT_EQ(queued_bytes(table, 7789), 0x102414U + 0x60U);
    EXPECT_EQ(queued_bytes(table, 7790), std::nullopt);
    EXPECT_EQ(queued_bytes("", 7789), std::nullopt);
}

TEST(VerifyPlanning, a_window_may_span_midnight) {
    const auto night = parse_window("22:00-05:00").value();
    EXPECT_TRUE(night.holds(23 * 60));
    EXPECT_TRUE(night.holds(4 * 60 + 59));
    EXPECT_FALSE(night.holds(12 * 60));
    EXPECT_TRUE(parse_window("").value().holds(0));
    for (const char* wrong : {"22:00", "25:00-05:00", "22:00-05:61", "night", "-", "1:2-3:4-5:6"}) {
        EXPECT_FALSE(parse_window(wrong)) << wrong;
    }
}

TEST(VerifyPlanning, only_a_whole_promoted_side_begins_and_only_when_it_is_due) {
    const auto step = [](const Observation& seen, UnixTime verified, int minute) {
        const VerifyPlan plan{7, parse_window("01:00-02:00").value()};
        Memory memory;
        memory.verified = verified;
        return next_verify_step(plan, memory, seen, assess(seen, ScoreTable{}), 10L * 86400,
                                minute);
    };
    const auto good = testing::FakeMirror::connected(Role::primary);
    EXPECT_EQ(step(good, 0, 90), VerifyStep::begin);
    EXPECT_EQ(step(good, 0, 150), VerifyStep::none) << "outside the window";
    EXPECT_EQ(step(good, 5L * 86400, 90), VerifyStep::none) << "not yet due";
    EXPECT_EQ(step(testing::FakeMirror::connected(), 0, 90), VerifyStep::none);
    auto lost = good;
    lost.peers[0].connection = Connection::connecting;
    EXPECT_EQ(step(lost, 0, 90), VerifyStep::none);
}

} // namespace
} // namespace twinsite::mirror
