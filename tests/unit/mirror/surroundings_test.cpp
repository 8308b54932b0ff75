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

TEST_F(LinkOfRed, an_unbroken_connection_keeps_its_mark_and_a_new_one_has_another) {
    history.take(up, now);
    const auto mark = history.changes();
    history.take(up, now + std::chrono::hours(1));
    EXPECT_EQ(history.changes(), mark);
    history.take(down, now);
    const auto lost = history.changes();
    EXPECT_NE(lost, mark);
    history.take(up, now);
    EXPECT_NE(history.changes(), mark);
    EXPECT_NE(history.changes(), lost);
    const auto again = history.changes();
    history.take("change connection name:red connection:Disconnecting", now);
    history.take(up, now);
    EXPECT_NE(history.changes(), again) << "also when it was taken down on purpose";
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

constexpr UnixTime tenth_day = 10L * 86400;

VerifyStep step(const Observation& seen, const Memory& memory, int minute,
                const std::string& link = "17.1000.1") {
    const VerifyPlan plan{7, parse_window("01:00-02:00").value()};
    return next_verify_step(plan, memory,
                            {seen, assess(seen, ScoreTable{}), link, tenth_day, minute});
}

TEST(VerifyPlanning, only_a_whole_promoted_side_begins_and_only_when_it_is_due) {
    const auto good = testing::FakeMirror::connected(Role::primary);
    EXPECT_EQ(step(good, {.verified = 0}, 90), VerifyStep::begin);
    EXPECT_EQ(step(good, {.verified = 0}, 150), VerifyStep::none) << "outside the window";
    EXPECT_EQ(step(good, {.verified = 5L * 86400}, 90), VerifyStep::none) << "not yet due";
    EXPECT_EQ(step(testing::FakeMirror::connected(), {}, 90), VerifyStep::none);
    EXPECT_EQ(step(good, {}, 90, ""), VerifyStep::none) << "whether it ends would not be known";
    auto lost = good;
    lost.peers[0].connection = Connection::connecting;
    EXPECT_EQ(step(lost, {}, 90), VerifyStep::none);
}

TEST(VerifyPlanning, a_run_has_ended_only_on_the_connection_it_was_begun_on) {
    const Memory begun{.verify_begun = tenth_day - 3600, .verify_link = "17.1000.1"};
    const auto promoted = testing::FakeMirror::connected(Role::primary);
    auto running = promoted;
    running.peers[0].volumes[0].replication = Replication::verify;
    auto lost = promoted;
    lost.peers[0].connection = Connection::connecting;
    auto differing = promoted;
    differing.peers[0].volumes[0].out_of_sync_kib = 8;
    auto detached = promoted;
    detached.volumes[0].disk = Disk::diskless;
    auto resynced = promoted;
    resynced.peers[0].volumes[0].replication = Replication::sync_source;
    struct Row {
        const char* what;
        Observation seen;
        std::string link;
        VerifyStep expected;
    };
    for (const Row& row : std::vector<Row>{
             {"under way", running, "17.1000.1", VerifyStep::none},
             {"ran to its end", promoted, "17.1000.1", VerifyStep::ended},
             {"ended with differences", differing, "17.1000.1", VerifyStep::ended},
             {"the link is lost", lost, "17.1000.2", VerifyStep::abandoned},
             {"lost and healed in between", promoted, "17.1000.3", VerifyStep::abandoned},
             {"the node was up again", promoted, "9.2000.1", VerifyStep::abandoned},
             {"nobody watches the link", promoted, "", VerifyStep::abandoned},
             {"demoted since", testing::FakeMirror::connected(), "17.1000.1",
              VerifyStep::abandoned},
             {"the disk failed", detached, "17.1000.1", VerifyStep::abandoned},
             {"a resync came between", resynced, "17.1000.1", VerifyStep::abandoned}}) {
        EXPECT_EQ(step(row.seen, begun, 90, row.link), row.expected) << row.what;
    }
    // Begun by a version that noted no link, which may have been lost since.
    EXPECT_EQ(step(promoted, {.verify_begun = tenth_day - 3600}, 90), VerifyStep::abandoned);
    EXPECT_EQ(step(promoted, {.verify_begun = tenth_day - 3600}, 90, ""), VerifyStep::abandoned);
}

TEST(VerifyPlanning, what_drbds_handler_reported_has_ended_whatever_came_after) {
    const Memory told{.verified = tenth_day - 60,
                      .verify_begun = tenth_day - 3600,
                      .verify_link = "17.1000.1",
                      .differing_kib = 8};
    auto lost = testing::FakeMirror::connected(Role::primary);
    lost.peers[0].connection = Connection::connecting;
    EXPECT_EQ(step(lost, told, 90, "17.1000.2"), VerifyStep::reported);
}

} // namespace
} // namespace twinsite::mirror
