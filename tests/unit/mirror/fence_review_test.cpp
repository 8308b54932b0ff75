// A promoted side without its peer: what its monitor does when the kernel's question was answered
// long ago. Agent and fence handler together.
#include "agents/mirror/fence_review.hpp"
#include "agents/mirror/handler/handler.hpp"
#include "agents/mirror/mirror_agent.hpp"
#include "tests/support/scratch_directory.hpp"
#include "tests/unit/mirror/fake_cluster.hpp"
#include "tests/unit/mirror/fake_mirror.hpp"
#include "tests/unit/mirror/fake_score.hpp"

#include <twinsite/mirror/standing_io.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace twinsite::mirror {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::SizeIs;
using ::testing::StartsWith;

Observation standing(std::string suspended = "fencing") {
    auto seen = testing::FakeMirror::disconnected(Role::primary);
    seen.suspended = std::move(suspended);
    return seen;
}

TEST(FenceReview, is_due_once_a_minute_and_at_each_monitor_while_io_stands) {
    const auto lost = testing::FakeMirror::disconnected(Role::primary);
    EXPECT_FALSE(review_is_due(lost, 1000, 1059));
    EXPECT_TRUE(review_is_due(lost, 1000, 1060));
    EXPECT_TRUE(review_is_due(lost, 1000, 900)) << "the clock was set back";
    EXPECT_TRUE(review_is_due(standing(), 1000, 1001));
}

TEST(FenceReview, is_never_due_where_there_is_nothing_to_ask) {
    EXPECT_FALSE(review_is_due(testing::FakeMirror::connected(Role::primary), 0, 9000));
    EXPECT_FALSE(review_is_due(testing::FakeMirror::disconnected(Role::secondary), 0, 9000));
    auto alone = testing::FakeMirror::disconnected(Role::primary);
    alone.peers[0].connection = Connection::stand_alone;
    EXPECT_FALSE(review_is_due(alone, 0, 9000)) << "twinsite resolve decides there";
    alone.suspended = "fencing";
    EXPECT_TRUE(review_is_due(alone, 0, 9000));
    auto deaf = standing();
    deaf.detour = "the kernel did not answer drbdsetup";
    EXPECT_FALSE(review_is_due(deaf, 0, 9000));
}

TEST(StandingIo, says_what_it_waits_for_and_what_to_do) {
    EXPECT_EQ(standing_io(standing(""), ""), "");
    EXPECT_EQ(standing_io(testing::FakeMirror::disconnected(), ""), "");
    EXPECT_THAT(standing_io(standing(), "the peer is lost and not yet fenced"),
                AllOf(StartsWith("I/O STANDS STILL: the peer is lost and not yet fenced; "),
                      HasSubstr("stonith_admin --confirm")));
    EXPECT_THAT(standing_io(standing("no-data"), ""), HasSubstr("bring the peer or the disk back"));
    EXPECT_THAT(standing_io(standing("user,fencing"), ""),
                AllOf(HasSubstr("drbdadm resume-io"), HasSubstr("not proven")));
    EXPECT_THAT(standing_io(standing("yes"), ""), HasSubstr("drbdsetup status"));
}

TEST(StandingIo, is_released_only_when_nothing_but_fencing_holds_it) {
    EXPECT_TRUE(waits_for_fencing(standing()));
    for (const char* other : {"", "user", "user,fencing", "no-data,fencing", "yes"}) {
        EXPECT_FALSE(waits_for_fencing(standing(other))) << other;
    }
}

/// rz1-a is promoted and has lost rz2-a.
class PromotedSide : public ::testing::Test {
protected:
    PromotedSide() {
        drbd.now = testing::FakeMirror::disconnected(Role::primary);
        caretaker.note_options({});
        cluster.fence_peer = [this](const process::Command& command) {
            const auto& given = command.environment;
            return ask(std::any_of(given.begin(), given.end(), [](const auto& variable) {
                return variable.first == review_variable;
            }));
        };
    }

    int ask(bool review = false) {
        HandlerCall call{.event = "fence-peer",
                         .policy = policy,
                         .resource = "red",
                         .peer = "rz2-a",
                         .mirror = "mirror_red",
                         .own_node = "rz1-a",
                         .review = review};
        return Handler(call, {drbd, cluster, clock, [this] { return now; }, folders}).run();
    }
    ocf::Outcome monitor() {
        now += 9;
        MirrorAgent agent({.resource = "red"},
                          {drbd, score, caretaker, watcher, clock,
                           [](int) { return std::vector<std::string>{}; }},
                          Deadline::after(clock, Milliseconds(20000)));
        return agent.monitor();
    }

    testing::ScratchDirectory scratch;
    Folders folders{scratch.path() / "state", scratch.path() / "run", scratch.path() / "devices"};
    testing::FakeClock clock;
    UnixTime now = 1000;
    Policy policy = Policy::keep_home;
    testing::FakeMirror drbd;
    testing::FakeCluster cluster{clock};
    testing::NoScore score;
    testing::NoWatcher watcher;
    LocalCaretaker caretaker{"red", folders, cluster, clock, [this] { return now; }};
};

TEST_F(PromotedSide, bans_its_peer_when_the_cluster_is_whole_again_before_the_mirror_is) {
    cluster.peer_is_lost = true;
    EXPECT_EQ(ask(), 1);
    monitor();
    EXPECT_FALSE(cluster.banned);
    cluster.peer_is_lost = false;
    for (int i = 0; i < 7 && !cluster.banned; ++i) {
        monitor();
    }
    EXPECT_TRUE(cluster.banned);
    EXPECT_THAT(monitor().reason, StartsWith("not replicated")) << "nothing stands still";
}

TEST_F(PromotedSide, places_a_ban_anew_that_was_deleted_by_hand) {
    EXPECT_EQ(ask(), 4);
    cluster.banned = false;
    for (int i = 0; i < 7 && !cluster.banned; ++i) {
        monitor();
    }
    EXPECT_TRUE(cluster.banned);
}

TEST_F(PromotedSide, asks_no_handler_that_is_not_ours) {
    for (int i = 0; i < 20; ++i) {
        monitor();
    }
    EXPECT_FALSE(cluster.banned);
}

class StandingSide : public PromotedSide {
protected:
    StandingSide() {
        policy = Policy::majority;
        drbd.now.suspended = "fencing";
        cluster.peer_is_lost = true;
        cluster.pacemaker_quorate = false;
        EXPECT_EQ(ask(), 1);
    }
    void peer_is_fenced() {
        cluster.peer_is_lost = false;
        cluster.peer_is_down = true;
        cluster.pacemaker_quorate = true;
    }
    [[nodiscard]] bool released() const {
        return std::find(drbd.calls.begin(), drbd.calls.end(), "resume-io") != drbd.calls.end();
    }
};

TEST_F(StandingSide, says_so_first_and_goes_on_as_soon_as_there_is_proof) {
    const auto before = monitor();
    EXPECT_EQ(before.code, ocf::ExitCode::degraded_promoted);
    EXPECT_THAT(before.reason, StartsWith("I/O STANDS STILL: the peer is lost and not yet fenced"));
    EXPECT_FALSE(released());
    peer_is_fenced();
    monitor();
    EXPECT_TRUE(released());
    EXPECT_EQ(drbd.now.suspended, "");
    EXPECT_THAT(monitor().reason, StartsWith("not replicated"));
    EXPECT_THAT(drbd.calls, SizeIs(1));
}

TEST_F(StandingSide, bans_a_living_peer_before_it_goes_on) {
    cluster.peer_is_lost = false;
    cluster.pacemaker_quorate = true;
    drbd.on_resume_io = [this] {
        EXPECT_TRUE(cluster.banned);
        return Status{};
    };
    monitor();
    EXPECT_TRUE(released());
}

TEST_F(StandingSide, waits_on_for_a_peer_that_does_not_confirm) {
    cluster.peer_is_lost = false;
    cluster.pacemaker_quorate = true;
    cluster.peer_answers = false;
    EXPECT_THAT(monitor().reason, HasSubstr("may be beyond a cut"));
    EXPECT_FALSE(released());
}

TEST_F(StandingSide, waits_on_when_its_data_is_not_up_to_date) {
    peer_is_fenced();
    drbd.now.volumes[0].disk = Disk::consistent;
    monitor();
    EXPECT_FALSE(released());
}

TEST_F(StandingSide, leaves_a_suspension_by_hand_alone) {
    peer_is_fenced();
    drbd.now.suspended = "user,fencing";
    EXPECT_THAT(monitor().reason, HasSubstr("suspended by hand"));
    EXPECT_FALSE(released());
}

TEST_F(StandingSide, leaves_it_to_drbd_when_the_peer_is_back) {
    peer_is_fenced();
    drbd.now.peers[0].connection = Connection::connected;
    monitor();
    EXPECT_FALSE(released());
}

TEST_F(StandingSide, says_when_it_could_not_be_released) {
    peer_is_fenced();
    drbd.on_resume_io = [] { return fail(ErrorKind::timeout, "drbdsetup resume-io 0 hangs"); };
    EXPECT_THAT(monitor().reason,
                AllOf(StartsWith("I/O STANDS STILL"), HasSubstr("drbdsetup resume-io 0 hangs")));
}

TEST_F(StandingSide, tells_the_cluster_anew_when_io_goes_on) {
    EXPECT_EQ(monitor().code, ocf::ExitCode::degraded_promoted);
    peer_is_fenced();
    EXPECT_EQ(monitor().code, ocf::ExitCode::running_promoted)
        << "Pacemaker keeps the first reason";
    EXPECT_EQ(monitor().code, ocf::ExitCode::degraded_promoted);
}

} // namespace
} // namespace twinsite::mirror
