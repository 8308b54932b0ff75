// What an unpromoted side may conclude from when it last saw its peer: agent and fence handler
// together, through the file they share.
#include "agents/mirror/handler/handler.hpp"
#include "agents/mirror/mirror_agent.hpp"
#include "tests/support/scratch_directory.hpp"
#include "tests/unit/mirror/fake_cluster.hpp"
#include "tests/unit/mirror/fake_mirror.hpp"
#include "tests/unit/mirror/fake_score.hpp"

#include <gtest/gtest.h>

namespace twinsite::mirror {
namespace {

/// rz1-a is unpromoted, its peer rz2-a is promoted; keep-home.
class UnpromotedSide : public ::testing::Test {
protected:
    UnpromotedSide() {
        drbd.now = testing::FakeMirror::connected(Role::secondary, Role::primary);
        agent().monitor();
    }

    MirrorAgent agent() {
        return {{.resource = "red"},
                {drbd, score, caretaker, watcher, clock,
                 [](int) { return std::vector<std::string>{}; }},
                Deadline::after(clock, Milliseconds(20000))};
    }
    void link_breaks() { drbd.now = testing::FakeMirror::disconnected(); }
    void pacemaker_tells_of_the_peers_stop() {
        for (const char* operation : {"demote", "stop"}) {
            agent().notify("pre", operation);
            agent().notify("post", operation);
        }
    }
    /// What DRBD's kernel module is told when rz1-a is to be promoted.
    int may_be_promoted() {
        HandlerCall call{.event = "fence-peer",
                         .resource = "red",
                         .peer = "rz2-a",
                         .mirror = "mirror_red",
                         .own_node = "rz1-a"};
        return Handler(call, {drbd, cluster, clock, [this] { return now; }, folders}).run();
    }

    testing::ScratchDirectory scratch;
    Folders folders{scratch.path() / "state", scratch.path() / "run", scratch.path() / "devices"};
    testing::FakeClock clock;
    UnixTime now = 1000;
    testing::FakeMirror drbd;
    testing::FakeCluster cluster{clock};
    testing::NoScore score;
    testing::NoWatcher watcher;
    LocalCaretaker caretaker{"red", folders, cluster, clock, [this] { return now; }};
};

TEST_F(UnpromotedSide, an_ordinary_failover_is_let_through_at_once) {
    link_breaks();
    now += 40;
    cluster.peer_is_down = true;
    cluster.peer_fenced_at = "1970-01-01 00:17:15Z"; // 1035
    pacemaker_tells_of_the_peers_stop();
    EXPECT_EQ(may_be_promoted(), 5);
    EXPECT_EQ(cluster.asked_for, Milliseconds(0));
}

TEST_F(UnpromotedSide, a_peer_that_wrote_alone_for_an_hour_and_was_fenced_has_newer_data) {
    link_breaks();
    now += 3600;
    cluster.peer_is_down = true;
    cluster.peer_fenced_at = "1970-01-01 01:16:40Z"; // 4600
    pacemaker_tells_of_the_peers_stop();
    EXPECT_EQ(may_be_promoted(), 1);
}

TEST_F(UnpromotedSide, so_has_a_peer_that_wrote_alone_and_was_stopped_in_order) {
    link_breaks();
    now += 3600;
    pacemaker_tells_of_the_peers_stop();
    cluster.peer_is_down = true;
    EXPECT_EQ(may_be_promoted(), 1);
}

TEST_F(UnpromotedSide, the_operators_word_counts_once_and_for_an_hour) {
    link_breaks();
    now += 36000;
    cluster.peer_is_down = true;
    cluster.accepted_loss = std::to_string(now - 3601);
    EXPECT_EQ(may_be_promoted(), 1);
    cluster.accepted_loss = std::to_string(now - 60);
    EXPECT_EQ(may_be_promoted(), 5);
    drbd.now = testing::FakeMirror::connected();
    agent().monitor();
    ASSERT_FALSE(cluster.changes.empty());
    EXPECT_EQ(cluster.changes.back(),
              "attrd_updater --quiet --name=mirror-accept-loss-red --delete");
}

TEST_F(UnpromotedSide, so_has_a_peer_in_standby_that_wrote_alone) {
    link_breaks();
    now += 3600;
    pacemaker_tells_of_the_peers_stop();
    EXPECT_EQ(may_be_promoted(), 1);
    EXPECT_FALSE(cluster.banned);
}

TEST_F(UnpromotedSide, a_peer_that_was_demoted_while_connected_wrote_nothing_more) {
    drbd.now.peers[0].role = Role::secondary;
    agent().notify("post", "demote");
    link_breaks();
    agent().notify("post", "stop");
    now += 3600;
    cluster.peer_is_down = true;
    EXPECT_EQ(may_be_promoted(), 5);
    cluster.peer_is_down = false; // in standby
    EXPECT_EQ(may_be_promoted(), 4);
    EXPECT_LE(cluster.asked_for, Milliseconds(500));
}

TEST_F(UnpromotedSide, a_peer_that_has_just_been_promoted_is_known_as_such) {
    drbd.now.peers[0].role = Role::secondary;
    agent().notify("post", "demote");
    drbd.now.peers[0].role = Role::primary;
    agent().notify("post", "promote");
    link_breaks();
    now += 3600;
    cluster.peer_is_down = true;
    EXPECT_EQ(may_be_promoted(), 1);
}

} // namespace
} // namespace twinsite::mirror
