#include "tests/unit/mirror/fake_mirror.hpp"

#include <twinsite/mirror/fence.hpp>

#include <gtest/gtest.h>

namespace twinsite::mirror {
namespace {

FenceQuestion question(Role role, Disk disk, PeerNode node, PeerReplica replica, bool quorum) {
    FenceQuestion asked{.own_node = "rz1-a",
                        .local = testing::FakeMirror::disconnected(role),
                        .cluster = {.node = node, .replica = replica, .quorum = quorum}};
    asked.local.volumes[0].disk = disk;
    return asked;
}

TEST(FencePeer, a_peer_that_is_down_is_unreachable_and_never_stonithed) {
    for (const Disk disk : {Disk::up_to_date, Disk::consistent, Disk::outdated}) {
        EXPECT_EQ(decide_fence(
                      question(Role::secondary, disk, PeerNode::down, PeerReplica::stopped, true))
                      .answer,
                  FenceAnswer::peer_unreachable);
    }
}

TEST(FencePeer, a_lost_peer_proves_nothing_until_it_is_fenced) {
    for (const PeerNode node : {PeerNode::unclean, PeerNode::unknown}) {
        const auto verdict = decide_fence(
            question(Role::primary, Disk::up_to_date, node, PeerReplica::unknown, false));
        EXPECT_EQ(verdict.answer, FenceAnswer::failed);
        EXPECT_TRUE(verdict.ask_again);
    }
}

TEST(FencePeer, a_primary_bans_a_living_peer_before_it_calls_it_fenced) {
    const auto verdict = decide_fence(
        question(Role::primary, Disk::up_to_date, PeerNode::online, PeerReplica::unpromoted, true));
    EXPECT_EQ(verdict.answer, FenceAnswer::peer_fenced);
    EXPECT_TRUE(verdict.constrain_peer);
}

TEST(FencePeer, without_quorum_a_living_peer_is_not_called_fenced) {
    EXPECT_EQ(decide_fence(question(Role::primary, Disk::up_to_date, PeerNode::online,
                                    PeerReplica::unpromoted, false))
                  .answer,
              FenceAnswer::failed);
}

TEST(FencePeer, we_are_the_stale_side_when_the_peer_is_promoted_or_we_were_banned) {
    EXPECT_EQ(decide_fence(question(Role::secondary, Disk::up_to_date, PeerNode::online,
                                    PeerReplica::promoted, true))
                  .answer,
              FenceAnswer::peer_is_primary);
    auto banned =
        question(Role::secondary, Disk::up_to_date, PeerNode::down, PeerReplica::stopped, true);
    banned.cluster.banned_node = "rz1-a";
    EXPECT_EQ(decide_fence(banned).answer, FenceAnswer::peer_is_primary);
    banned.cluster.banned_node = "rz2-a";
    EXPECT_EQ(decide_fence(banned).answer, FenceAnswer::peer_unreachable);
}

TEST(FencePeer, a_peer_that_is_connected_again_is_left_alone) {
    for (const PeerNode node : {PeerNode::online, PeerNode::down, PeerNode::unclean}) {
        auto asked = question(Role::primary, Disk::up_to_date, node, PeerReplica::unpromoted, true);
        asked.local = testing::FakeMirror::connected(Role::primary);
        const auto verdict = decide_fence(asked);
        EXPECT_EQ(verdict.answer, FenceAnswer::failed);
        EXPECT_FALSE(verdict.ask_again);
        EXPECT_FALSE(verdict.constrain_peer);
    }
}

/// Last seen promoted at 1000 while it was connected; whatever it wrote later we do not have.
FenceQuestion lost_at_1000(std::int64_t fenced_at, std::int64_t now) {
    auto asked =
        question(Role::secondary, Disk::up_to_date, PeerNode::down, PeerReplica::stopped, true);
    asked.promoted_peer_last_seen = 1000;
    asked.cluster.peer_fenced_at = fenced_at;
    asked.now = now;
    return asked;
}

TEST(FencePeer, an_ordinary_failover_is_let_through_however_late_it_is_asked) {
    EXPECT_EQ(decide_fence(lost_at_1000(1040, 1045)).answer, FenceAnswer::peer_unreachable);
    EXPECT_EQ(decide_fence(lost_at_1000(1040, 90000)).answer, FenceAnswer::peer_unreachable);
}

TEST(FencePeer, a_peer_that_lived_on_alone_has_newer_data) {
    const auto verdict = decide_fence(lost_at_1000(4600, 4610));
    EXPECT_EQ(verdict.answer, FenceAnswer::failed);
    EXPECT_FALSE(verdict.ask_again);
    EXPECT_NE(verdict.reason.find("3600 s"), std::string::npos);
    EXPECT_EQ(decide_fence(lost_at_1000(500, 4610)).answer, FenceAnswer::failed)
        << "fenced before it was last seen says nothing";
}

/// The peer's node is online, its replica is not promoted any more, and nobody banned us.
FenceQuestion demoted_since_1000(std::int64_t now) {
    auto asked = lost_at_1000(0, now);
    asked.cluster.node = PeerNode::online;
    asked.cluster.replica = PeerReplica::unpromoted;
    return asked;
}

TEST(FencePeer, an_online_peer_that_was_promoted_out_of_our_sight_has_newer_data) {
    for (const Policy policy : {Policy::keep_home, Policy::majority}) {
        for (const PeerReplica replica : {PeerReplica::unpromoted, PeerReplica::stopped}) {
            auto asked = demoted_since_1000(1031);
            asked.policy = policy;
            asked.cluster.replica = replica;
            const auto verdict = decide_fence(asked);
            EXPECT_EQ(verdict.answer, FenceAnswer::failed);
            EXPECT_FALSE(verdict.ask_again);
            EXPECT_FALSE(verdict.constrain_peer);
            EXPECT_NE(verdict.reason.find("31 s ago"), std::string::npos) << verdict.reason;
        }
    }
}

TEST(FencePeer, what_was_seen_a_moment_ago_is_no_reason_to_refuse) {
    EXPECT_EQ(decide_fence(demoted_since_1000(1030)).answer, FenceAnswer::peer_fenced);
    auto asked = demoted_since_1000(9000);
    asked.promoted_peer_last_seen = 0;
    EXPECT_EQ(decide_fence(asked).answer, FenceAnswer::peer_fenced)
        << "it was unpromoted when last seen";
    asked = demoted_since_1000(9000);
    asked.local.role = Role::primary;
    EXPECT_EQ(decide_fence(asked).answer, FenceAnswer::peer_fenced) << "ours is the newer data";
}

TEST(FencePeer, the_operator_may_accept_the_loss_for_an_hour) {
    for (const auto& [word, dead, online] :
         {std::tuple{"4000", FenceAnswer::peer_unreachable, FenceAnswer::peer_fenced},
          std::tuple{"1000", FenceAnswer::failed, FenceAnswer::failed},
          std::tuple{"true", FenceAnswer::failed, FenceAnswer::failed}}) {
        auto asked = lost_at_1000(4600, 4610);
        asked.cluster.accepted_loss = word;
        EXPECT_EQ(decide_fence(asked).answer, dead) << word;
        asked = demoted_since_1000(4610);
        asked.cluster.accepted_loss = word;
        EXPECT_EQ(decide_fence(asked).answer, online) << word;
    }
}

TEST(FencePeer, under_majority_a_peer_alone_could_not_write) {
    auto asked = lost_at_1000(4600, 4610);
    asked.policy = Policy::majority;
    EXPECT_EQ(decide_fence(asked).answer, FenceAnswer::peer_unreachable);
}

/// The sites have lost each other: our Corosync is quorate without the peer for so long.
FenceQuestion alone_for(std::int64_t ms) {
    auto asked =
        question(Role::primary, Disk::up_to_date, PeerNode::unclean, PeerReplica::unknown, true);
    asked.policy = Policy::majority;
    asked.quorate_alone_ms = ms;
    asked.witness_ms = 10'000;
    return asked;
}

TEST(FencePeer, a_living_peer_has_to_confirm_its_ban) {
    for (const Policy policy : {Policy::keep_home, Policy::majority}) {
        for (const Role role : {Role::primary, Role::secondary}) {
            auto asked =
                question(role, Disk::up_to_date, PeerNode::online, PeerReplica::unpromoted, true);
            asked.policy = policy;
            EXPECT_TRUE(decide_fence(asked).peer_must_confirm);
            EXPECT_TRUE(decide_fence(asked).constrain_peer);
        }
    }
}

TEST(FencePeer, under_majority_the_side_that_kept_the_quorum_goes_on_before_the_other_is_dead) {
    EXPECT_EQ(decide_fence(alone_for(12'000)).answer, FenceAnswer::peer_unreachable);
    EXPECT_TRUE(decide_fence(alone_for(12'000)).constrain_peer);
}

TEST(FencePeer, as_long_as_corosync_may_still_wait_for_the_witness_nobody_has_won) {
    const auto waits = [](const FenceQuestion& asked) {
        const auto verdict = decide_fence(asked);
        return verdict.answer == FenceAnswer::failed && verdict.ask_again;
    };
    EXPECT_TRUE(waits(alone_for(11'999)));
    auto asked = alone_for(60'000);
    asked.cluster.quorum = false;
    EXPECT_TRUE(waits(asked));
    asked = alone_for(60'000);
    asked.local.role = Role::secondary; // a promotion waits for the other's end
    EXPECT_TRUE(waits(asked));
    asked = alone_for(60'000);
    asked.local.volumes[0].disk = Disk::consistent;
    EXPECT_TRUE(waits(asked));
    asked = alone_for(60'000);
    asked.policy = Policy::keep_home;
    EXPECT_TRUE(waits(asked));
}

TEST(FencePeer, a_policy_is_one_of_two_words) {
    EXPECT_EQ(parse_policy("majority").value(), Policy::majority);
    EXPECT_EQ(parse_policy("keep-home").value(), Policy::keep_home);
    EXPECT_FALSE(parse_policy("both"));
}

} // namespace
} // namespace twinsite::mirror
