// What DRBD's fence-peer handler does at a cut under majority, with a cluster that is told.
#include "agents/mirror/fence_review.hpp"
#include "agents/mirror/handler/handler.hpp"
#include "tests/support/fake_clock.hpp"
#include "tests/support/scratch_directory.hpp"
#include "tests/unit/mirror/fake_cluster.hpp"
#include "tests/unit/mirror/fake_mirror.hpp"

#include <twinsite/base/text.hpp>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdlib>

namespace twinsite::mirror {
namespace {

class FenceHandler : public ::testing::Test {
protected:
    FenceHandler() { drbd.now = testing::FakeMirror::disconnected(Role::primary); }

    int answer(Policy policy = Policy::majority) {
        HandlerCall call{.event = "fence-peer",
                         .policy = policy,
                         .resource = "red",
                         .peer = "rz2-a",
                         .mirror = "mirror_red",
                         .own_node = "rz1-a"};
        return Handler(call, {drbd,
                              cluster,
                              clock,
                              [] { return UnixTime{1000}; },
                              {scratch.path() / "state", scratch.path() / "run",
                               scratch.path() / "devices"}})
            .run();
    }

    testing::ScratchDirectory scratch;
    testing::FakeClock clock;
    testing::FakeMirror drbd;
    testing::FakeCluster cluster{clock};
};

TEST_F(FenceHandler, only_the_link_is_lost_and_the_peer_confirms) {
    EXPECT_EQ(answer(), 4);
    EXPECT_TRUE(cluster.banned);
}

TEST_F(FenceHandler, a_cut_that_corosync_has_not_noticed_proves_nothing) {
    // The losing side: its Pacemaker still calls everybody online, and itself quorate.
    cluster.peer_answers = false;
    EXPECT_EQ(answer(), 1);
    EXPECT_FALSE(cluster.banned);
    EXPECT_GT(cluster.asked_for, Milliseconds(100'000));
}

TEST_F(FenceHandler, a_link_that_is_back_before_the_ban_bans_nobody) {
    for (const Policy policy : {Policy::keep_home, Policy::majority}) {
        drbd.now = testing::FakeMirror::disconnected(Role::primary);
        cluster.when_asked_of_the_ban = [this] {
            drbd.now = testing::FakeMirror::connected(Role::primary);
        };
        EXPECT_EQ(answer(policy), 1);
        EXPECT_FALSE(cluster.banned);
        EXPECT_LE(cluster.asked_for, Milliseconds(500));
    }
}

TEST_F(FenceHandler, a_link_that_comes_back_while_it_asks_ends_the_question) {
    cluster.peer_answers = false;
    cluster.as_time_goes = [this](testing::FakeCluster& now) {
        if (now.asked_for > Milliseconds(5'000)) {
            drbd.now = testing::FakeMirror::connected(Role::primary);
        }
    };
    EXPECT_EQ(answer(), 1);
    EXPECT_LE(cluster.asked_for, Milliseconds(6'000));
}

TEST_F(FenceHandler, a_primary_under_majority_waits_long_and_less_than_drbdadm_does) {
    cluster.peer_is_lost = true;
    cluster.pacemaker_quorate = false;
    EXPECT_EQ(answer(), 1);
    EXPECT_GT(cluster.asked_for, Milliseconds(500'000));
    EXPECT_LE(cluster.asked_for, Milliseconds(580'000)); // it kills its handlers after 600 s
}

TEST_F(FenceHandler, a_promotion_does_not_hold_drbd_for_longer_than_it_may_take) {
    drbd.now.role = Role::secondary;
    cluster.peer_is_lost = true;
    EXPECT_EQ(answer(), 1);
    EXPECT_GE(cluster.asked_for, Milliseconds(14'000));
    EXPECT_LE(cluster.asked_for, Milliseconds(16'000));
}

TEST_F(FenceHandler, the_losing_side_never_goes_on) {
    cluster.peer_answers = false;
    cluster.as_time_goes = [](testing::FakeCluster& now) {
        now.peer_is_lost = now.asked_for > Milliseconds(8'000);
        now.corosync_quorate = now.asked_for < Milliseconds(19'000); // it waited for the witness
        now.pacemaker_quorate = now.asked_for < Milliseconds(21'000);
    };
    EXPECT_EQ(answer(), 1);
}

TEST_F(FenceHandler, a_second_loss_while_corosync_waits_does_not_look_like_a_victory) {
    // The old quorum is told all the while, with the peer among its members.
    cluster.peer_answers = false;
    cluster.peer_is_lost = true;
    cluster.corosync_has_settled = false;
    EXPECT_EQ(answer(), 1);
}

TEST_F(FenceHandler, a_membership_in_unknown_names_proves_nothing) {
    cluster.peer_answers = false;
    cluster.peer_is_lost = true;
    cluster.own_name = "10.0.0.1";
    EXPECT_EQ(answer(), 1);
}

TEST_F(FenceHandler, the_side_that_keeps_the_quorum_goes_on_when_that_is_settled) {
    cluster.peer_answers = false;
    cluster.as_time_goes = [](testing::FakeCluster& now) {
        now.peer_is_lost = now.asked_for > Milliseconds(8'000);
    };
    EXPECT_EQ(answer(), 5);
    EXPECT_TRUE(cluster.banned);
    EXPECT_GE(cluster.asked_for, Milliseconds(20'000));
    EXPECT_LE(cluster.asked_for, Milliseconds(22'000));
}

TEST_F(FenceHandler, with_two_node_both_sides_are_quorate_and_nobody_has_won) {
    cluster.peer_answers = false;
    cluster.device = "";
    cluster.flags = "2Node Quorate WaitForAll";
    cluster.as_time_goes = [](testing::FakeCluster& now) {
        now.peer_is_down = now.asked_for > Milliseconds(60'000); // fenced
        now.peer_is_lost = !now.peer_is_down;
    };
    EXPECT_EQ(answer(), 5);
    EXPECT_GE(cluster.asked_for, Milliseconds(60'000));
    EXPECT_FALSE(cluster.banned);
}

TEST_F(FenceHandler, without_a_known_sync_timeout_corosyncs_default_counts) {
    cluster.peer_answers = false;
    cluster.peer_is_lost = true;
    cluster.device = "quorum.device.model (str) = net\n";
    EXPECT_EQ(answer(), 5);
    EXPECT_GE(cluster.asked_for, Milliseconds(32'000));
}

TEST_F(FenceHandler, without_a_witness_there_is_nothing_to_wait_for) {
    cluster.peer_answers = false;
    cluster.peer_is_lost = true;
    cluster.device = "";
    EXPECT_EQ(answer(), 5);
    EXPECT_LE(cluster.asked_for, Milliseconds(3'000));
}

TEST_F(FenceHandler, under_keep_home_too_a_cut_proves_nothing) {
    // The side with the DC: it could ban in its own partition, and DRBD would keep in its metadata
    // that the peer is outdated. Its I/O does not wait for the answer.
    cluster.peer_answers = false;
    cluster.as_time_goes = [](testing::FakeCluster& now) {
        now.peer_is_lost = now.asked_for > Milliseconds(8'000);
    };
    EXPECT_EQ(answer(Policy::keep_home), 1);
    EXPECT_FALSE(cluster.banned);
    EXPECT_LE(cluster.asked_for, Milliseconds(15'500));
}

TEST_F(FenceHandler, under_keep_home_too_a_peer_that_confirms_is_banned_at_once) {
    EXPECT_EQ(answer(Policy::keep_home), 4);
    EXPECT_TRUE(cluster.banned);
    EXPECT_LE(cluster.asked_for, Milliseconds(500));
}

TEST(FenceHandlerCall, a_review_is_told_from_the_kernels_question) {
    ::setenv("DRBD_RESOURCE", "red", 1);
    ::setenv("DRBD_PEER", "rz2-a", 1);
    const std::array<const char*, 2> words{"drbd-handler", "fence-peer"};
    EXPECT_FALSE(HandlerCall::from(words)->review);
    ::setenv(review_variable, "1", 1);
    EXPECT_TRUE(HandlerCall::from(words)->review);
    ::unsetenv(review_variable);
}

} // namespace
} // namespace twinsite::mirror
