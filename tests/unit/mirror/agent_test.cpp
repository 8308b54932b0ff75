#include "agents/mirror/mirror_agent.hpp"
#include "tests/support/fake_clock.hpp"
#include "tests/unit/mirror/fake_mirror.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace twinsite::mirror {
namespace {

using ocf::ExitCode;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class FakeScore final : public PromotionScore {
public:
    std::vector<std::string> published;
    bool reachable = true;

    Status publish(const std::string& score, const Deadline& /*deadline*/) override {
        published.push_back(score);
        return answer();
    }
    Status withdraw(const Deadline& /*deadline*/) override {
        published.emplace_back("withdrawn");
        return answer();
    }

private:
    [[nodiscard]] Status answer() const {
        return reachable ? Status{} : fail(ErrorKind::unreachable, "no cluster here");
    }
};

class FakeCaretaker final : public Caretaker {
public:
    std::vector<std::string> worries;
    std::string refusal;
    std::string held;
    std::vector<std::string> notes;

    std::vector<std::string> look_after(const Observation& /*seen*/, const Assessment& /*now*/,
                                        const Deadline& /*deadline*/) override {
        return worries;
    }
    bool must_be_told_anew(const std::string& /*reason*/) override { return false; }
    std::string held_back(const Observation& seen, const Deadline& /*deadline*/) override {
        return in_touch(seen) ? "" : held;
    }
    void withdraw(const Deadline& /*deadline*/) override { notes.emplace_back("withdrawn"); }
    void note_role(Role role, const Deadline& /*deadline*/) override {
        notes.emplace_back(to_string(role));
    }
    void note_contact(const Observation& /*seen*/) override {}
    std::string take_refusal() override { return refusal; }
    void note_options(const Options& options) override { noted = options; }
    [[nodiscard]] bool knows_options() const override { return noted.has_value(); }

    std::optional<Options> noted;
};

class FakeWatcher final : public LinkWatcher {
public:
    bool watching = false;

    Status keep_watching() override {
        watching = true;
        return {};
    }
    Status end(const Deadline& /*deadline*/) override {
        watching = false;
        return {};
    }
};

class MirrorActions : public ::testing::Test {
protected:
    MirrorActions() { drbd.when_up = testing::FakeMirror::connected(); }

    MirrorAgent agent(Milliseconds timeout = Milliseconds(20000)) {
        return {settings,
                {drbd, score, caretaker, watcher, clock,
                 [](int) { return std::vector<std::string>{"qemu (pid 7)"}; }},
                Deadline::after(clock, timeout)};
    }
    [[nodiscard]] Milliseconds elapsed() const {
        return std::chrono::duration_cast<Milliseconds>(clock.now() - begin);
    }

    Settings settings{.resource = "red"};
    testing::FakeClock clock;
    TimePoint begin = clock.now();
    testing::FakeMirror drbd;
    FakeScore score;
    FakeCaretaker caretaker;
    FakeWatcher watcher;
};

TEST_F(MirrorActions, a_start_leaves_it_unpromoted_and_scored) {
    EXPECT_EQ(agent().start().code, ExitCode::success);
    EXPECT_EQ(agent().monitor().code, ExitCode::success);
    EXPECT_THAT(score.published, ElementsAre("10000", "10000"));
    EXPECT_EQ(agent().start().code, ExitCode::success) << "starting twice";
}

TEST_F(MirrorActions, a_start_while_the_peer_is_dead_succeeds_after_the_wait) {
    drbd.when_up.peers[0].connection = Connection::connecting;
    drbd.when_up.peers[0].volumes[0].disk = Disk::unknown;
    drbd.when_up.volumes[0].disk = Disk::consistent;
    EXPECT_EQ(agent().start().code, ExitCode::success);
    EXPECT_GE(elapsed(), Milliseconds(5000));
    EXPECT_LT(elapsed(), Milliseconds(6000));
    EXPECT_THAT(score.published, ElementsAre("-INFINITY"));
}

TEST_F(MirrorActions, a_start_that_fails_removes_what_it_began) {
    drbd.on_bring_up = [&]() -> Status {
        drbd.now = testing::FakeMirror::connected();
        return fail(ErrorKind::internal, "drbdadm adjust red: No valid meta data found");
    };
    const auto outcome = agent().start();
    EXPECT_EQ(outcome.code, ExitCode::error);
    EXPECT_THAT(outcome.reason, HasSubstr("No valid meta data found"));
    EXPECT_FALSE(drbd.now.configured);
}

TEST_F(MirrorActions, a_wrong_file_on_one_node_keeps_the_mirror_from_that_node_only) {
    drbd.configured.allow_two_primaries = true;
    const auto outcome = agent().start();
    EXPECT_EQ(outcome.code, ExitCode::not_installed)
        << "not_configured would stop the promoted side too";
    EXPECT_THAT(outcome.reason, HasSubstr("allow-two-primaries is set in this node's DRBD"));
    EXPECT_FALSE(drbd.now.configured) << "nothing is left behind";
}

TEST_F(MirrorActions, a_wrong_parameter_of_the_resource_is_wrong_everywhere) {
    settings.promoted_max = 3;
    EXPECT_EQ(agent().start().code, ExitCode::not_configured);
    EXPECT_FALSE(drbd.now.configured) << "nothing is left behind";
}

TEST_F(MirrorActions, a_role_that_is_not_understood_is_an_error_and_is_not_started_on) {
    drbd.now = testing::FakeMirror::connected(Role::unknown);
    EXPECT_EQ(agent().monitor().code, ExitCode::error);
    EXPECT_THAT(agent().monitor().reason, HasSubstr("role"));
    EXPECT_THAT(score.published, ElementsAre("-INFINITY", "-INFINITY"));
    drbd.when_up = drbd.now;
    EXPECT_EQ(agent().start().code, ExitCode::error);
    EXPECT_EQ(agent().promote().code, ExitCode::error);
}

TEST_F(MirrorActions, a_start_that_fails_leaves_alone_what_was_up_before) {
    drbd.now = testing::FakeMirror::connected();
    drbd.on_bring_up = [] { return fail(ErrorKind::internal, "broken file"); };
    EXPECT_EQ(agent().start().code, ExitCode::error);
    EXPECT_TRUE(drbd.now.configured);
}

TEST_F(MirrorActions, a_monitor_that_cannot_look_is_an_error_and_not_stopped) {
    drbd.on_observe = [] { return fail(ErrorKind::timeout, "drbdsetup hangs"); };
    EXPECT_EQ(agent().monitor().code, ExitCode::error);
    EXPECT_TRUE(score.published.empty());
}

TEST_F(MirrorActions, monitor_tells_the_roles_apart) {
    EXPECT_EQ(agent().monitor().code, ExitCode::not_running);
    drbd.now = testing::FakeMirror::connected(Role::primary);
    EXPECT_EQ(agent().monitor().code, ExitCode::running_promoted);
    drbd.now.volumes[0].disk = Disk::failed;
    drbd.now.peers[0].connection = Connection::connecting;
    EXPECT_EQ(agent().monitor().code, ExitCode::failed_promoted);
}

TEST_F(MirrorActions, monitor_works_without_a_cluster) {
    score.reachable = false;
    drbd.now = testing::FakeMirror::connected();
    EXPECT_EQ(agent().monitor().code, ExitCode::success);
}

TEST_F(MirrorActions, promote_and_demote_are_idempotent) {
    drbd.now = testing::FakeMirror::connected();
    EXPECT_EQ(agent().promote().code, ExitCode::success);
    EXPECT_EQ(agent().promote().code, ExitCode::success);
    EXPECT_EQ(agent().monitor().code, ExitCode::running_promoted);
    EXPECT_EQ(agent().demote().code, ExitCode::success);
    EXPECT_EQ(agent().demote().code, ExitCode::success);
    EXPECT_EQ(agent().monitor().code, ExitCode::success);
}

TEST_F(MirrorActions, promote_and_demote_of_a_stopped_mirror_say_so) {
    EXPECT_EQ(agent().promote().code, ExitCode::not_running);
    EXPECT_EQ(agent().demote().code, ExitCode::not_running);
    EXPECT_TRUE(drbd.calls.empty());
}

TEST_F(MirrorActions, stale_data_is_refused_without_a_try) {
    drbd.now = testing::FakeMirror::connected();
    drbd.now.volumes[0].disk = Disk::inconsistent;
    drbd.now.peers[0].volumes[0].replication = Replication::sync_target;
    const auto outcome = agent().promote();
    EXPECT_EQ(outcome.code, ExitCode::error);
    EXPECT_THAT(outcome.reason, HasSubstr("Inconsistent"));
    EXPECT_TRUE(drbd.calls.empty());
    EXPECT_THAT(score.published, ElementsAre("-INFINITY"));
}

TEST_F(MirrorActions, a_promotion_waits_until_the_dead_peer_is_noticed) {
    drbd.now = testing::FakeMirror::connected(Role::secondary, Role::primary);
    drbd.on_observe = [&]() -> Status {
        if (elapsed() > Milliseconds(2500)) {
            drbd.now.peers[0].connection = Connection::connecting;
            drbd.now.peers[0].role = Role::unknown;
            drbd.now.peers[0].volumes[0].disk = Disk::unknown;
        }
        return {};
    };
    EXPECT_EQ(agent().promote().code, ExitCode::success);
    EXPECT_LT(elapsed(), Milliseconds(3500));
}

TEST_F(MirrorActions, a_promotion_over_a_living_primary_is_given_up_with_the_reason) {
    drbd.now = testing::FakeMirror::connected(Role::secondary, Role::primary);
    const auto outcome = agent().promote();
    EXPECT_EQ(outcome.code, ExitCode::error);
    EXPECT_THAT(outcome.reason, HasSubstr("still promoted"));
    EXPECT_TRUE(drbd.calls.empty());
    EXPECT_LE(elapsed(), Milliseconds(20500));
}

TEST_F(MirrorActions, a_promotion_is_tried_again_while_the_fence_handler_has_no_proof) {
    drbd.now = testing::FakeMirror::connected();
    drbd.now.peers[0].connection = Connection::connecting;
    drbd.now.peers[0].volumes[0].disk = Disk::unknown;
    drbd.on_promote = [&]() -> Status {
        return drbd.calls.size() < 3
                   ? fail(ErrorKind::conflict, "Refusing to be Primary while peer is not outdated")
                   : Status{};
    };
    EXPECT_EQ(agent().promote().code, ExitCode::success);
    EXPECT_EQ(drbd.calls.size(), 3U);
}

TEST_F(MirrorActions, a_demotion_that_is_held_open_names_the_holder_and_is_bounded) {
    drbd.now = testing::FakeMirror::connected(Role::primary);
    drbd.on_demote = [] { return fail(ErrorKind::conflict, "Device is held open by someone"); };
    const auto outcome = agent().demote();
    EXPECT_EQ(outcome.code, ExitCode::error);
    EXPECT_THAT(outcome.reason, HasSubstr("qemu (pid 7)"));
    EXPECT_LE(elapsed(), Milliseconds(20500));
}

TEST_F(MirrorActions, a_demotion_goes_through_as_soon_as_the_holder_lets_go) {
    drbd.now = testing::FakeMirror::connected(Role::primary);
    drbd.on_demote = [&]() -> Status {
        return elapsed() < Milliseconds(3000) ? fail(ErrorKind::conflict, "held open") : Status{};
    };
    EXPECT_EQ(agent().demote().code, ExitCode::success);
    EXPECT_LT(elapsed(), Milliseconds(4000));
}

TEST_F(MirrorActions, a_stop_is_complete_and_withdraws_the_score) {
    drbd.now = testing::FakeMirror::connected(Role::primary);
    EXPECT_EQ(agent().stop().code, ExitCode::success);
    EXPECT_FALSE(drbd.now.configured);
    EXPECT_THAT(drbd.calls, ElementsAre("demote", "down"));
    EXPECT_THAT(score.published, ElementsAre("withdrawn"));
    EXPECT_EQ(agent().stop().code, ExitCode::success) << "stopping twice";
}

TEST_F(MirrorActions, a_stop_whose_observation_fails_still_tries_and_does_not_claim_success) {
    drbd.now = testing::FakeMirror::connected();
    drbd.on_observe = [] { return fail(ErrorKind::timeout, "drbdsetup hangs"); };
    EXPECT_EQ(agent().stop().code, ExitCode::error);
    EXPECT_THAT(drbd.calls, ::testing::Contains("down"));
    EXPECT_LE(elapsed(), Milliseconds(20000));
}

TEST_F(MirrorActions, a_stop_outlasts_what_holds_the_mirror_for_a_moment) {
    drbd.now = testing::FakeMirror::connected();
    drbd.on_bring_down = [&]() -> Status {
        return elapsed() < Milliseconds(12000)
                   ? fail(ErrorKind::conflict, "State change failed: (-14) In transient state")
                   : Status{};
    };
    EXPECT_EQ(agent().stop().code, ExitCode::success);
    EXPECT_LT(elapsed(), Milliseconds(13000));
    EXPECT_FALSE(drbd.now.configured);
    EXPECT_THAT(score.published, ElementsAre("withdrawn"));
}

TEST_F(MirrorActions, a_stop_that_is_refused_to_the_end_names_the_holder_in_time) {
    drbd.now = testing::FakeMirror::connected();
    drbd.on_bring_down = [] { return fail(ErrorKind::conflict, "Device is held open by someone"); };
    const auto outcome = agent().stop();
    EXPECT_EQ(outcome.code, ExitCode::error);
    EXPECT_EQ(outcome.reason, "red cannot be taken down: it is in use by qemu (pid 7)");
    EXPECT_GE(elapsed(), Milliseconds(15000)) << "a failed stop gets the node fenced";
    EXPECT_LE(elapsed(), Milliseconds(20000));
}

TEST_F(MirrorActions, a_stop_whose_first_look_fails_succeeds_when_the_mirror_is_gone) {
    drbd.now = testing::FakeMirror::connected();
    drbd.on_observe = [&]() -> Status {
        return elapsed() < Milliseconds(3000) ? fail(ErrorKind::timeout, "drbdsetup hangs")
                                              : Status{};
    };
    EXPECT_EQ(agent().stop().code, ExitCode::success);
}

TEST_F(MirrorActions, a_stop_of_a_held_mirror_names_the_holder) {
    drbd.now = testing::FakeMirror::connected(Role::primary);
    drbd.on_demote = [] { return fail(ErrorKind::conflict, "Device is held open by someone"); };
    const auto outcome = agent().stop();
    EXPECT_EQ(outcome.code, ExitCode::error);
    EXPECT_THAT(outcome.reason, HasSubstr("qemu (pid 7)"));
}

TEST_F(MirrorActions, a_peer_that_came_or_went_changes_the_score_at_once) {
    drbd.now = testing::FakeMirror::connected();
    agent().notify("post", "start");
    agent().notify("post", "stop");
    EXPECT_THAT(score.published, ElementsAre("10000", "10000"));
}

TEST_F(MirrorActions, notifications_before_the_fact_cost_nothing) {
    drbd.now = testing::FakeMirror::connected();
    for (const char* operation : {"start", "stop", "promote", "demote"}) {
        EXPECT_EQ(agent().notify("pre", operation).code, ExitCode::success);
    }
    EXPECT_TRUE(score.published.empty());
}

TEST_F(MirrorActions, a_promotion_that_the_fence_handler_refused_says_why) {
    drbd.now = testing::FakeMirror::connected();
    drbd.on_promote = [] { return fail(ErrorKind::conflict, "State change failed: (-7)"); };
    caretaker.refusal = "the peer may have written for 900 s without us";
    EXPECT_THAT(agent().promote().reason, HasSubstr("900 s without us"));
}

TEST_F(MirrorActions, role_changes_are_remembered_once) {
    drbd.now = testing::FakeMirror::connected();
    agent().promote();
    agent().promote();
    agent().demote();
    agent().demote();
    EXPECT_THAT(caretaker.notes, ElementsAre("Primary", "Secondary"));
}

TEST_F(MirrorActions, a_worry_is_shown_as_degraded_and_stops_nothing) {
    caretaker.worries = {"SPLIT BRAIN since yesterday", "the thin pool below is filling up"};
    drbd.now = testing::FakeMirror::connected(Role::primary);
    const auto outcome = agent().monitor();
    EXPECT_EQ(outcome.code, ExitCode::degraded_promoted);
    EXPECT_EQ(outcome.reason, "SPLIT BRAIN since yesterday; the thin pool below is filling up");
    drbd.now = testing::FakeMirror::connected();
    EXPECT_EQ(agent().monitor().code, ExitCode::degraded);
}

TEST_F(MirrorActions, a_mirror_that_is_not_whole_is_degraded_and_says_why) {
    drbd.now = testing::FakeMirror::connected();
    drbd.now.peers[0].volumes[0].replication = Replication::sync_target;
    drbd.now.volumes[0].disk = Disk::inconsistent;
    EXPECT_EQ(agent().monitor().code, ExitCode::degraded);
    EXPECT_THAT(agent().monitor().reason, HasSubstr("being resynced"));
    drbd.now.peers[0].role = Role::primary; // it shows this
    EXPECT_EQ(agent().monitor().code, ExitCode::success);
    drbd.now = testing::FakeMirror::connected();
    drbd.now.detour = "the kernel did not answer drbdsetup within 6 s";
    EXPECT_EQ(agent().monitor().code, ExitCode::degraded);
    EXPECT_EQ(agent().monitor().reason, drbd.now.detour);
}

TEST_F(MirrorActions, a_replica_whose_peer_has_just_died_is_not_a_failed_one) {
    drbd.now = testing::FakeMirror::connected();
    drbd.now.peers[0].connection = Connection::connecting;
    drbd.now.peers[0].role = Role::unknown;
    drbd.now.peers[0].volumes[0].disk = Disk::unknown;
    EXPECT_EQ(agent().monitor().code, ExitCode::success);
    drbd.now.role = Role::primary;
    EXPECT_EQ(agent().monitor().code, ExitCode::degraded_promoted);
}

TEST_F(MirrorActions, the_link_is_watched_from_start_to_stop) {
    agent().start();
    EXPECT_TRUE(watcher.watching);
    EXPECT_TRUE(caretaker.noted);
    watcher.watching = false; // killed by a stranger
    agent().monitor();
    EXPECT_TRUE(watcher.watching);
    agent().stop();
    EXPECT_FALSE(watcher.watching);
}

TEST_F(MirrorActions, a_side_of_a_split_brain_is_not_promoted_without_an_operator) {
    caretaker.held = "not promoted without an operator";
    drbd.when_up = testing::FakeMirror::connected();
    drbd.when_up.peers[0].connection = Connection::connecting;
    drbd.when_up.peers[0].volumes[0].disk = Disk::unknown;
    EXPECT_EQ(agent().start().code, ExitCode::success);
    const auto seen = agent().monitor();
    EXPECT_EQ(seen.code, ExitCode::degraded);
    EXPECT_THAT(seen.reason, HasSubstr(caretaker.held));
    agent().notify("post", "stop");
    const auto promoted = agent().promote();
    EXPECT_EQ(promoted.code, ExitCode::error);
    EXPECT_THAT(promoted.reason, HasSubstr(caretaker.held));
    EXPECT_THAT(score.published, ElementsAre("-INFINITY", "-INFINITY", "-INFINITY", "-INFINITY"));
    drbd.now.role = Role::primary;
    EXPECT_EQ(agent().monitor().code, ExitCode::degraded_promoted) << "who works goes on";
    EXPECT_EQ(score.published.back(), "10000");
}

TEST_F(MirrorActions, a_stop_takes_back_what_the_cluster_was_told) {
    drbd.now = testing::FakeMirror::connected();
    EXPECT_EQ(agent().stop().code, ExitCode::success);
    EXPECT_THAT(caretaker.notes, ElementsAre("withdrawn"));
}

TEST_F(MirrorActions, notify_always_succeeds) {
    drbd.on_observe = [] { return fail(ErrorKind::timeout, "drbdsetup hangs"); };
    EXPECT_EQ(agent().notify("post", "start").code, ExitCode::success);
}

} // namespace
} // namespace twinsite::mirror
