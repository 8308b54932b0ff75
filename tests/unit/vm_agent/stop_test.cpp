#include "tests/unit/vm_agent/agent_fixture.hpp"

#include <fmt/format.h>

namespace twinsite::vm {
namespace {

using hypervisor::Job;
using hypervisor::PauseReason;
using hypervisor::ShutdownMode;
using ocf::ExitCode;
using testing::Daemon;

class Stop : public AgentFixture {
protected:
    Stop() { host.run_guest(rot); }
    void expect_stopped() {
        const auto outcome = perform("stop");
        EXPECT_EQ(outcome.code, ExitCode::success) << outcome.reason;
        EXPECT_FALSE(host.process);
    }
};

TEST_F(Stop, a_guest_that_obeys_is_not_forced) {
    host.obeys[ShutdownMode::agent] = Milliseconds(10000);
    expect_stopped();
    EXPECT_EQ(host.done, (std::vector<std::string>{"ask by agent"}));
    EXPECT_LT(took, Milliseconds(11000));
}

TEST_F(Stop, acpi_follows_the_agent_when_its_share_is_over) {
    host.obeys[ShutdownMode::acpi] = Milliseconds(1000);
    expect_stopped();
    EXPECT_EQ(host.done, (std::vector<std::string>{"ask by agent", "ask by acpi"}));
    EXPECT_GT(took, Milliseconds(20000));
}

TEST_F(Stop, a_way_the_guest_does_not_offer_costs_no_time) {
    host.cannot_be_asked = {ShutdownMode::agent};
    host.obeys[ShutdownMode::acpi] = Milliseconds(1000);
    expect_stopped();
    EXPECT_LT(took, Milliseconds(2000));
}

TEST_F(Stop, a_guest_that_ignores_everything_is_destroyed_within_the_deadline) {
    expect_stopped();
    EXPECT_EQ(host.done,
              (std::vector<std::string>{"ask by agent", "ask by acpi", "destroy gently"}));
    EXPECT_LT(took, Milliseconds(85000));
}

TEST_F(Stop, the_admin_says_how_long_a_guest_may_take) {
    set("shutdown_timeout", "4");
    expect_stopped();
    EXPECT_LT(took, Milliseconds(6000));
}

TEST_F(Stop, the_reserve_is_the_admins) {
    set("shutdown_reserve", "60");
    expect_stopped();
    EXPECT_LT(took, Milliseconds(27000)); // 85 s less 60, and a poll
}

TEST_F(Stop, force_asks_nobody) {
    set("force_stop", "1");
    expect_stopped();
    EXPECT_EQ(host.done, (std::vector<std::string>{"destroy gently"}));
}

TEST_F(Stop, a_destroy_that_fails_is_followed_by_harder_ways) {
    set("force_stop", "1");
    host.survives_destroy = true;
    expect_stopped();
    EXPECT_TRUE(host.did("destroy firmly"));
    EXPECT_EQ(host.done.back(), "SIGKILL");
}

TEST_F(Stop, a_process_that_its_pid_file_does_not_name_is_killed_too) {
    host.survives_destroy = true;
    host.pid_file = false;
    expect_stopped();
    EXPECT_EQ(host.done.back(), "SIGKILL");
    EXPECT_LT(took, Milliseconds(84000)) << "only when the time was over";
}

TEST_F(Stop, a_driver_that_offers_none_of_the_ways_is_asked_by_its_own) {
    host.has_processes = false;
    host.cannot_be_asked = {ShutdownMode::agent, ShutdownMode::acpi};
    host.obeys[ShutdownMode::automatic] = Milliseconds(5000);
    expect_stopped();
    EXPECT_EQ(host.done.back(), "ask by libvirt's own choice");
    EXPECT_LT(took, Milliseconds(6000));
}

TEST_F(Stop, a_guest_that_cannot_be_asked_at_all_is_destroyed_at_once) {
    host.cannot_be_asked = {ShutdownMode::agent, ShutdownMode::acpi, ShutdownMode::automatic};
    expect_stopped();
    EXPECT_EQ(host.done.back(), "destroy gently");
    EXPECT_LT(took, Milliseconds(2000));
}

/// A typing error in the parameter must not fence one node after the other.
TEST_F(Stop, by_a_hypervisor_that_does_not_exist_succeeds_when_nothing_was_started) {
    host.end_guest();
    host.has_processes = false;
    host.daemon = Daemon::down;
    set("hypervisor", "qemuu:///system");
    expect_stopped();
    set("hypervisor", "lxc:///system");
    host.daemon = Daemon::no_driver;
    expect_stopped();
    EXPECT_LT(took, Milliseconds(1000));
    host.daemon = Daemon::down; // a daemon that is only down may know better
    EXPECT_EQ(perform("stop").code, ExitCode::error);
}

TEST_F(Stop, of_a_guest_that_was_started_by_it_needs_its_driver) {
    host.has_processes = false;
    host.end_guest();
    set("hypervisor", "lxc:///system");
    EXPECT_EQ(perform("start").code, ExitCode::success);
    host.daemon = Daemon::no_driver;
    EXPECT_EQ(perform("stop").code, ExitCode::error);
}

TEST_F(Stop, what_cannot_be_killed_is_named) {
    host.survives_destroy = true;
    host.survives_sigkill = true;
    host.process_state = 'D';
    const auto outcome = perform("stop");
    EXPECT_EQ(outcome.code, ExitCode::error);
    EXPECT_EQ(outcome.reason, "process 42 of the guest is in state D and does not end");
}

TEST_F(Stop, a_hung_daemon_does_not_hold_up_a_stop) {
    host.daemon = Daemon::hangs;
    expect_stopped();
    EXPECT_EQ(host.done, (std::vector<std::string>{"SIGTERM"}));
}

TEST_F(Stop, a_daemon_that_comes_back_is_asked) {
    host.daemon = Daemon::down;
    host.later(Milliseconds(10000), [&] { host.daemon = Daemon::answers; });
    host.obeys[ShutdownMode::agent] = Milliseconds(1000);
    expect_stopped();
    EXPECT_EQ(host.done, (std::vector<std::string>{"ask by agent"}));
}

TEST_F(Stop, a_process_that_ignores_sigterm_is_killed) {
    host.daemon = Daemon::down;
    host.survives_sigterm = true;
    expect_stopped();
    EXPECT_EQ(host.done.back(), "SIGKILL");
}

/// It may be the half of a guest that runs elsewhere by now: what it writes would be stale.
TEST_F(Stop, a_guest_paused_by_an_io_error_does_not_go_on_to_shut_down) {
    for (const bool disks_answer : {true, false}) {
        host.run_guest(rot);
        host.done.clear();
        host.pause_guest(PauseReason::io_error);
        host.disks_answer = disks_answer;
        host.obeys[ShutdownMode::agent] = Milliseconds(1000);
        expect_stopped();
        EXPECT_EQ(host.done, (std::vector<std::string>{"destroy gently"}));
        EXPECT_LT(took, Milliseconds(3000));
    }
}

TEST_F(Stop, a_guest_the_admin_paused_goes_on_and_shuts_down) {
    host.pause_guest(PauseReason::user);
    host.obeys[ShutdownMode::agent] = Milliseconds(1000);
    expect_stopped();
    EXPECT_EQ(host.done, (std::vector<std::string>{"resume", "ask by agent"}));
}

TEST_F(Stop, a_migration_under_way_is_aborted_first) {
    host.domain->job = Job::migration_out;
    host.obeys[ShutdownMode::agent] = Milliseconds(1000);
    expect_stopped();
    EXPECT_EQ(host.done, (std::vector<std::string>{"abort job", "ask by agent"}));
}

TEST_F(Stop, a_sleeping_guest_is_woken) {
    host.domain->state = hypervisor::DomainState::suspended;
    host.obeys[ShutdownMode::agent] = Milliseconds(1000);
    expect_stopped();
    EXPECT_EQ(host.done, (std::vector<std::string>{"wake up", "ask by agent"}));
}

TEST(StopLadder, does_not_give_up_before_the_last_way_was_tried) {
    const StopSchedule schedule =
        schedule_stop({.modes = {ShutdownMode::acpi}}, Milliseconds(20000));
    Observation seen;
    seen.process = Answer::present;
    StopProgress late;
    late.elapsed = Milliseconds(30000);
    EXPECT_EQ(next_stop_step(schedule, late, seen), StopStep::kill_process);
    late.killed = true;
    EXPECT_EQ(next_stop_step(schedule, late, seen), StopStep::give_up);
}

TEST_F(Stop, what_is_not_there_is_stopped) {
    host.end_guest();
    expect_stopped();
    EXPECT_TRUE(host.done.empty());
}

TEST_F(Stop, after_a_failed_start_with_a_missing_file_succeeds) {
    host.end_guest();
    set("config", "/nonexistent/rot.xml");
    expect_stopped();
}

TEST_F(Stop, a_missing_file_does_not_hide_a_running_guest) {
    host.end_guest();
    EXPECT_EQ(perform("start").code, ExitCode::success);
    set("config", "/nonexistent/rot.xml");
    EXPECT_EQ(perform("monitor").code, ExitCode::success);
    expect_stopped();
}

TEST_F(Stop, a_guest_that_migrated_here_unnoticed_is_known_by_its_mark) {
    host.marked_as = "vm_rot";
    set("config", scratch.write("broken.xml", "<domain").string());
    EXPECT_EQ(perform("monitor").code, ExitCode::success);
    expect_stopped();
}

TEST_F(Stop, saves_instead_when_told_so_and_the_next_start_goes_on_from_there_once) {
    set("snapshot", scratch.path().string());
    set("snapshot_local", "yes");
    expect_stopped();
    EXPECT_EQ(host.done, (std::vector<std::string>{"save"}));
    static_cast<void>(scratch.write("rot.state", "memory"));
    EXPECT_EQ(perform("start").code, ExitCode::success);
    EXPECT_TRUE(host.did("restore rot.state.taken"));
    EXPECT_FALSE(std::filesystem::exists(scratch.path() / "rot.state"));
    EXPECT_FALSE(std::filesystem::exists(scratch.path() / "rot.state.taken"));
}

/// The guest ran since the state was saved: its disks are newer.
class StaleState : public Stop {
protected:
    StaleState() {
        set("snapshot", scratch.path().string());
        set("snapshot_local", "yes");
        static_cast<void>(scratch.write("rot.state", "old memory"));
    }
    void expect_set_aside() {
        EXPECT_FALSE(std::filesystem::exists(scratch.path() / "rot.state"));
        EXPECT_TRUE(std::filesystem::exists(scratch.path() / "rot.state.stale"));
        host.end_guest();
        EXPECT_EQ(perform("start").code, ExitCode::success);
        EXPECT_EQ(host.done, (std::vector<std::string>{"create", "resume"}));
    }
};

TEST_F(StaleState, is_set_aside_by_a_start_that_finds_the_guest_running) {
    EXPECT_EQ(perform("start").code, ExitCode::success);
    expect_set_aside();
}

TEST_F(StaleState, is_set_aside_by_a_start_that_finds_the_guest_paused) {
    host.pause_guest(PauseReason::user);
    EXPECT_EQ(perform("start").code, ExitCode::success);
    host.done.clear();
    expect_set_aside();
}

TEST_F(StaleState, is_set_aside_by_a_migration_that_brings_the_guest) {
    EXPECT_EQ(perform("migrate_from").code, ExitCode::success);
    expect_set_aside();
}

TEST_F(StaleState, is_set_aside_by_a_migration_that_brings_a_paused_guest) {
    host.pause_guest(PauseReason::user);
    EXPECT_EQ(perform("migrate_from").code, ExitCode::success);
    expect_set_aside();
}

TEST_F(StaleState, is_set_aside_when_the_parameter_is_set_again) {
    EXPECT_EQ(perform("reload-agent").code, ExitCode::success);
    expect_set_aside();
}

TEST_F(StaleState, is_set_aside_by_a_stop_that_saves_no_other) {
    host.pause_guest(PauseReason::user);
    host.obeys[ShutdownMode::agent] = Milliseconds(1000);
    expect_stopped();
    host.done.clear();
    expect_set_aside();
}

TEST_F(StaleState, of_a_guest_that_is_down_is_not_stale) {
    host.end_guest();
    EXPECT_EQ(perform("reload-agent").code, ExitCode::success);
    expect_stopped();
    EXPECT_TRUE(std::filesystem::exists(scratch.path() / "rot.state"));
}

TEST_F(Stop, a_state_on_a_local_file_system_is_refused_unless_promised) {
    set("snapshot", scratch.path().string());
    host.obeys[ShutdownMode::agent] = Milliseconds(1000);
    expect_stopped();
    EXPECT_FALSE(host.did("save"));
    EXPECT_NE(perform("start").reason.find("local file system"), std::string::npos);
}

TEST_F(Stop, writes_the_live_configuration_back_and_keeps_the_old_one) {
    set("save_config_on_stop", "true");
    host.obeys[ShutdownMode::agent] = Milliseconds(1000);
    expect_stopped();
    EXPECT_EQ(read_definition(scratch.path() / "rot.xml")->vcpus, 7U);
    EXPECT_EQ(read_definition(scratch.path() / "rot.xml.previous")->vcpus, 2U);
}

TEST_F(Stop, a_definition_of_libvirts_own_does_not_replace_the_file) {
    set("save_config_on_stop", "true");
    host.persistent = true;
    host.obeys[ShutdownMode::agent] = Milliseconds(1000);
    expect_stopped();
    EXPECT_EQ(read_definition(scratch.path() / "rot.xml")->vcpus, 2U);
    EXPECT_FALSE(std::filesystem::exists(scratch.path() / "rot.xml.previous"));
}

TEST_F(Stop, writes_the_live_configuration_to_where_the_file_really_is_and_keeps_its_mode) {
    namespace fs = std::filesystem;
    const auto real = scratch.write("shared/rot.xml", xml, 0640);
    fs::create_symlink(real, scratch.path() / "link.xml");
    set("config", (scratch.path() / "link.xml").string());
    set("save_config_on_stop", "true");
    host.obeys[ShutdownMode::agent] = Milliseconds(1000);
    expect_stopped();
    EXPECT_TRUE(fs::is_symlink(scratch.path() / "link.xml"));
    EXPECT_EQ(read_definition(real)->vcpus, 7U);
    EXPECT_EQ(fs::status(real).permissions(), fs::perms(0640));
}

/// Whatever state the guest is in, whatever fails: a stop ends before its timeout, it says success
/// only when nothing is left, and it fails only when nothing can end the process.
TEST_F(Stop, ends_in_time_and_tells_the_truth_whatever_happens) {
    using hypervisor::DomainState;
    for (const auto daemon : {Daemon::answers, Daemon::hangs, Daemon::down}) {
        for (const auto state :
             {DomainState::running, DomainState::paused, DomainState::shutting_down,
              DomainState::shut_off, DomainState::crashed, DomainState::suspended,
              DomainState::unknown}) {
            for (int pause = 0; pause <= static_cast<int>(PauseReason::other); ++pause) {
                for (unsigned mask = 0; mask < 32; ++mask) {
                    if (state != DomainState::paused && pause > 0) {
                        continue;
                    }
                    host.run_guest(rot);
                    host.domain->state = state;
                    host.domain->pause = static_cast<PauseReason>(pause);
                    host.daemon = daemon;
                    host.survives_destroy = (mask & 1U) != 0;
                    host.survives_sigterm = (mask & 2U) != 0;
                    host.survives_sigkill = (mask & 4U) != 0;
                    host.disks_answer = (mask & 8U) != 0;
                    give(Milliseconds((mask & 16U) != 0 ? 10000 : 60000));
                    const auto outcome = perform("stop");
                    const std::string what =
                        fmt::format("daemon {} state {} pause {} mask {}", static_cast<int>(daemon),
                                    static_cast<int>(state), pause, mask);
                    EXPECT_EQ(outcome.code == ExitCode::success, !host.process) << what;
                    if (outcome.code != ExitCode::success) {
                        EXPECT_TRUE(host.survives_sigkill) << what << ": " << outcome.reason;
                        EXPECT_FALSE(outcome.reason.empty()) << what;
                    }
                }
            }
        }
    }
}

} // namespace
} // namespace twinsite::vm
