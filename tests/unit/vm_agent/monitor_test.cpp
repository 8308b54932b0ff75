#include "tests/unit/vm_agent/agent_fixture.hpp"

#include <twinsite/base/file.hpp>

namespace twinsite::vm {
namespace {

using hypervisor::PauseReason;
using ocf::ExitCode;
using testing::Daemon;

class Monitor : public AgentFixture {
protected:
    Monitor() {
        host.run_guest(rot);
        give(Milliseconds(30000));
    }
};

TEST_F(Monitor, of_a_running_guest_does_nothing_else) {
    EXPECT_EQ(perform("monitor").code, ExitCode::success);
    EXPECT_TRUE(host.done.empty());
    EXPECT_EQ(took, Milliseconds(0));
}

TEST_F(Monitor, resumes_after_an_io_error_as_soon_as_the_disks_answer) {
    host.pause_guest(PauseReason::io_error);
    host.disks_answer = false;
    const auto outcome = perform("monitor");
    EXPECT_EQ(outcome.code, ExitCode::degraded);
    EXPECT_EQ(outcome.reason, "paused by an I/O error: 198.51.100.101:3260: Connection refused");
    EXPECT_TRUE(host.done.empty());
    host.disks_answer = true;
    EXPECT_EQ(perform("monitor").code, ExitCode::success);
    EXPECT_EQ(host.done, (std::vector<std::string>{"resume"}));
}

TEST_F(Monitor, that_is_a_probe_resumes_nothing) {
    host.pause_guest(PauseReason::io_error);
    set("CRM_meta_interval", "0");
    EXPECT_EQ(perform("monitor").code, ExitCode::degraded);
    EXPECT_TRUE(host.done.empty());
}

TEST_F(Monitor, leaves_alone_what_an_admin_paused) {
    host.pause_guest(PauseReason::user);
    EXPECT_EQ(perform("monitor").code, ExitCode::degraded);
    EXPECT_TRUE(host.done.empty());
}

TEST_F(Monitor, of_a_guest_that_arrived_unconfirmed_is_a_failure_and_resumes_nothing) {
    host.pause_guest(PauseReason::user);
    host.domain->unconfirmed = true;
    EXPECT_EQ(perform("monitor").reason,
              "paused on its arrival by a live migration whose end nobody confirmed");
    EXPECT_EQ(perform("start").code, ExitCode::error);
    EXPECT_FALSE(host.did("resume"));
}

TEST_F(Monitor, of_a_guest_that_is_being_saved_is_degraded_and_nobody_disturbs_it) {
    host.pause_guest(PauseReason::saving, hypervisor::Job::saving);
    const auto outcome = perform("monitor");
    EXPECT_EQ(outcome.code, ExitCode::degraded);
    EXPECT_EQ(outcome.reason, "stands still while it is saved, dumped or its snapshot is taken");
    EXPECT_EQ(took, Milliseconds(0));
    EXPECT_EQ(perform("start").code, ExitCode::error);
    set("CRM_meta_migrate_target", "rz1-b");
    EXPECT_EQ(perform("migrate_to").code, ExitCode::error);
    EXPECT_TRUE(host.done.empty());
    host.later(Milliseconds(14000), [&] { host.run_guest(rot); });
    EXPECT_EQ(perform("start").code, ExitCode::success);
    EXPECT_TRUE(host.done.empty());
}

TEST_F(Monitor, waits_for_a_guest_on_its_way_down) {
    host.domain->state = hypervisor::DomainState::shutting_down;
    host.later(Milliseconds(3000), [&] { host.end_guest(); });
    EXPECT_EQ(perform("monitor").code, ExitCode::not_running);
}

TEST_F(Monitor, a_hung_daemon_is_bounded_and_not_stopped) {
    host.daemon = Daemon::hangs;
    EXPECT_EQ(perform("monitor").code, ExitCode::degraded);
    EXPECT_LE(took, Milliseconds(6000));
    host.end_guest();
    EXPECT_EQ(perform("monitor").code, ExitCode::not_running);
}

TEST_F(Monitor, of_an_arriving_guest_says_so_though_each_answer_takes_a_second) {
    host.pause_guest(PauseReason::migration, hypervisor::Job::silent);
    host.answers_after = Milliseconds(1000);
    for (const int timeout : {6000, 20000}) {
        give(Milliseconds(timeout));
        const auto outcome = perform("monitor");
        EXPECT_EQ(outcome.code, ExitCode::error);
        EXPECT_EQ(outcome.reason, "a live migration to this node has not ended") << timeout;
    }
}

TEST_F(Monitor, level_10_asks_the_guest_agent) {
    host.agent_answers = fail(ErrorKind::timeout, "guest agent is not responding");
    EXPECT_EQ(perform("monitor").code, ExitCode::success);
    environment["OCF_CHECK_LEVEL"] = "10";
    const auto outcome = perform("monitor");
    EXPECT_EQ(outcome.code, ExitCode::error);
    EXPECT_EQ(outcome.reason, "the guest does not answer: guest agent is not responding");
    host.agent_answers = {};
    EXPECT_EQ(perform("monitor").code, ExitCode::success);
}

TEST_F(Monitor, level_20_runs_the_check_in_the_guest) {
    set("guest_check", "/usr/bin/systemctl is-active web");
    environment["OCF_CHECK_LEVEL"] = "20";
    EXPECT_EQ(perform("monitor").code, ExitCode::success);
    EXPECT_TRUE(host.did("in guest: /usr/bin/systemctl"));
    host.in_guest = 3;
    EXPECT_EQ(perform("monitor").reason,
              "guest_check: /usr/bin/systemctl in the guest ended with 3");
}

TEST_F(Monitor, scripts_run_in_monitors_but_not_in_probes) {
    set("monitor_scripts", "/a /b");
    EXPECT_EQ(perform("monitor").code, ExitCode::success);
    EXPECT_EQ(host.done, (std::vector<std::string>{"run /a", "run /b"}));
    set("CRM_meta_interval", "0");
    EXPECT_EQ(perform("monitor").code, ExitCode::success);
    EXPECT_EQ(host.done.size(), 2U);
}

class Migrate : public AgentFixture {
protected:
    Migrate() {
        host.run_guest(rot);
        set("CRM_meta_migrate_target", "rz1-b");
        set("migration_transport", "tcp");
    }
    void expect_not_migrated(const std::string& reason) {
        const auto outcome = perform("migrate_to");
        EXPECT_EQ(outcome.code, ExitCode::error);
        EXPECT_EQ(outcome.reason, reason);
        EXPECT_FALSE(host.did("migrate"));
        EXPECT_TRUE(host.process);
    }
};

TEST_F(Migrate, goes_where_pacemaker_says_in_the_way_the_admin_says) {
    set("migration_network_suffix", "-mig");
    set("migration_downtime", "300");
    set("migration_postcopy", "yes");
    set("migration_compression", "xbzrle");
    EXPECT_EQ(perform("migrate_to").code, ExitCode::success);
    EXPECT_EQ(host.migration.daemon_uri, "qemu+tcp://rz1-b-mig/system");
    EXPECT_EQ(host.migration.migration_uri, "tcp://rz1-b-mig");
    EXPECT_EQ(host.migration.downtime_ms, 300U);
    EXPECT_EQ(host.migration.compression, "xbzrle");
    EXPECT_TRUE(host.migration.post_copy);
    EXPECT_FALSE(host.migration.arrive_paused);
}

TEST_F(Migrate, a_running_guest_arrives_paused_and_marked) {
    EXPECT_EQ(perform("migrate_to").code, ExitCode::success);
    EXPECT_TRUE(host.migration.arrive_paused);
    EXPECT_EQ(host.mark_of, hypervisor::Mark::in_migration);
}

TEST_F(Migrate, what_an_admin_paused_stays_paused) {
    host.pause_guest(PauseReason::user);
    EXPECT_EQ(perform("migrate_to").code, ExitCode::success);
    EXPECT_FALSE(host.migration.arrive_paused);
    host.run_guest(rot);
    host.pause_guest(PauseReason::user);
    EXPECT_EQ(perform("migrate_from").code, ExitCode::success);
    EXPECT_FALSE(host.did("resume"));
}

/// After a probe, which resumes nothing, Pacemaker may migrate before the first monitor.
TEST_F(Migrate, a_guest_paused_by_an_io_error_goes_on_first) {
    host.pause_guest(PauseReason::io_error);
    EXPECT_EQ(perform("migrate_to").code, ExitCode::success);
    EXPECT_TRUE(host.did("resume"));
    EXPECT_TRUE(host.migration.arrive_paused);
}

TEST_F(Migrate, a_guest_whose_disks_do_not_answer_stays) {
    host.pause_guest(PauseReason::io_error);
    host.disks_answer = false;
    expect_not_migrated(
        "not migrated: paused by an I/O error: 198.51.100.101:3260: Connection refused");
    EXPECT_FALSE(host.did("resume"));
}

TEST_F(Migrate, from_resumes_what_the_source_let_go_of) {
    host.pause_guest(PauseReason::user);
    host.domain->unconfirmed = true;
    host.mark_of = hypervisor::Mark::in_migration;
    EXPECT_EQ(perform("migrate_from").code, ExitCode::success);
    EXPECT_TRUE(host.did("resume"));
    EXPECT_EQ(host.mark_of, hypervisor::Mark::settled);
}

TEST_F(Migrate, that_failed_takes_its_mark_away) {
    host.migration_fails = Error{ErrorKind::internal, "client socket is closed"};
    EXPECT_EQ(perform("migrate_to").reason,
              "the guest stayed and runs here; client socket is closed");
    EXPECT_EQ(host.mark_of, hypervisor::Mark::settled);
}

/// migrate_to gave up while libvirt had not; the guest goes on here later.
class LeftBehind : public Migrate {
protected:
    LeftBehind() {
        EXPECT_EQ(perform("monitor").code, ExitCode::success);
        host.migration_fails = Error{ErrorKind::timeout, "the migration did not end"};
        host.during_migration = [&] {
            host.pause_guest(PauseReason::migration, hypervisor::Job::migration_out);
            host.target = fail(ErrorKind::unreachable, "no route");
        };
        EXPECT_EQ(perform("migrate_to").code, ExitCode::error);
        EXPECT_EQ(host.mark_of, hypervisor::Mark::in_migration);
    }
    void go_on(hypervisor::Job job) {
        host.run_guest(rot);
        host.domain->job = job;
    }
    std::filesystem::path file = scratch.path() / "run/vm-vm_rot.migrating";
};

TEST_F(LeftBehind, its_mark_goes_with_the_first_monitor_that_finds_the_migration_over) {
    for (const char* interval : {"0", "10000"}) {
        set("CRM_meta_interval", interval);
        EXPECT_EQ(perform("monitor").code, ExitCode::error);
        EXPECT_EQ(host.mark_of, hypervisor::Mark::in_migration);
        go_on(hypervisor::Job::migration_out);
        EXPECT_EQ(perform("monitor").code, ExitCode::success);
        EXPECT_EQ(host.mark_of, hypervisor::Mark::in_migration);
        go_on(hypervisor::Job::none);
        EXPECT_EQ(perform("monitor").code, ExitCode::success);
        EXPECT_EQ(host.mark_of, hypervisor::Mark::settled);
        EXPECT_FALSE(std::filesystem::exists(file));
        host.target = hypervisor::TargetView{};
        EXPECT_EQ(perform("migrate_to").code, ExitCode::error);
    }
}

TEST_F(LeftBehind, its_mark_is_not_taken_from_under_a_migration_that_begins) {
    go_on(hypervisor::Job::none);
    host.target = hypervisor::TargetView{};
    host.during_migration = {};
    host.done.clear();
    {
        const auto held = try_lock_file(file);
        ASSERT_TRUE(held);
        EXPECT_EQ(perform("monitor").code, ExitCode::success);
        EXPECT_EQ(host.mark_of, hypervisor::Mark::in_migration);
        const auto second = perform("migrate_to");
        EXPECT_EQ(second.code, ExitCode::error);
        EXPECT_EQ(second.reason.find("not migrated: "), 0U) << second.reason;
        EXPECT_FALSE(host.did("migrate"));
    }
    EXPECT_EQ(perform("monitor").code, ExitCode::success);
    EXPECT_EQ(host.mark_of, hypervisor::Mark::settled);
}

TEST_F(LeftBehind, its_mark_stays_while_marking_fails) {
    go_on(hypervisor::Job::none);
    host.mark_fails = Error{ErrorKind::timeout, "libvirt did not answer in time"};
    EXPECT_EQ(perform("monitor").code, ExitCode::success);
    host.mark_fails.reset();
    EXPECT_EQ(perform("monitor").code, ExitCode::success);
    EXPECT_EQ(host.mark_of, hypervisor::Mark::settled);
}

TEST_F(LeftBehind, a_stop_ends_the_matter) {
    EXPECT_EQ(perform("stop").code, ExitCode::success);
    EXPECT_FALSE(std::filesystem::exists(file));
}

TEST_F(Migrate, that_went_well_leaves_nothing_behind) {
    EXPECT_EQ(perform("migrate_to").code, ExitCode::success);
    EXPECT_FALSE(std::filesystem::exists(scratch.path() / "run/vm-vm_rot.migrating"));
    host.run_guest(rot);
    EXPECT_EQ(perform("migrate_from").code, ExitCode::success);
    EXPECT_FALSE(std::filesystem::exists(scratch.path() / "run/vm-vm_rot.migrating"));
}

TEST_F(Migrate, from_a_mark_that_could_not_be_taken_away_goes_with_the_next_monitor) {
    host.pause_guest(PauseReason::user);
    host.domain->unconfirmed = true;
    host.mark_of = hypervisor::Mark::in_migration;
    host.mark_fails = Error{ErrorKind::timeout, "libvirt did not answer in time"};
    EXPECT_EQ(perform("migrate_from").code, ExitCode::success);
    EXPECT_EQ(host.mark_of, hypervisor::Mark::in_migration);
    host.mark_fails.reset();
    EXPECT_EQ(perform("monitor").code, ExitCode::success);
    EXPECT_EQ(host.mark_of, hypervisor::Mark::settled);
}

TEST_F(Migrate, gives_one_reason_before_anything_moves) {
    host.target = hypervisor::TargetView{.already_active = true, .active_name = "rot"};
    expect_not_migrated("not migrated: rz1-b already runs a domain rot");
    host.target = hypervisor::TargetView{.free_memory_kib = 1024};
    expect_not_migrated("not migrated: rz1-b has 1 MiB of memory free, the guest needs 64");
    host.target = hypervisor::TargetView{.missing_networks = {"default"}};
    expect_not_migrated("not migrated: rz1-b has no active network default");
    host.target = hypervisor::TargetView{.missing_bridges = {"br0"}};
    expect_not_migrated("not migrated: rz1-b has no bridge br0");
    host.target = hypervisor::TargetView{.cpu = hypervisor::Fit::no};
    expect_not_migrated("not migrated: the CPU of rz1-b lacks features that the guest uses");
    host.target = fail(ErrorKind::timeout, "libvirt did not answer");
    expect_not_migrated("not migrated: rz1-b cannot take the guest: libvirt did not answer");
}

TEST_F(Migrate, after_an_abort_says_that_the_guest_stayed) {
    host.migration_fails = Error{ErrorKind::timeout, "the migration was aborted at its deadline"};
    const auto outcome = perform("migrate_to");
    EXPECT_EQ(outcome.code, ExitCode::error);
    EXPECT_EQ(outcome.reason,
              "the guest stayed and runs here; the migration was aborted at its deadline");
}

TEST_F(Migrate, that_failed_names_what_failed_however_long_libvirts_message_is) {
    host.migration_fails =
        Error{ErrorKind::internal,
              "migration: internal error: process exited while connecting to monitor: "
              "2026-11-26T12:00:00.000000Z qemu-system-x86_64: -blockdev {\"driver\":\"file\"}: "
              "Could not open '/srv/rot.qcow2': No such file or directory"};
    const auto outcome = perform("migrate_to");
    EXPECT_EQ(outcome.code, ExitCode::error);
    EXPECT_EQ(outcome.reason.find("the guest stayed and runs here; ..."), 0U) << outcome.reason;
    EXPECT_TRUE(outcome.reason.ends_with("'/srv/rot.qcow2': No such file or directory"))
        << outcome.reason;
    EXPECT_LE(outcome.reason.size(), ocf::reason_limit);
}

TEST_F(Migrate, resumes_here_only_what_the_target_proves_not_to_have) {
    host.migration_fails = Error{ErrorKind::internal, "connection lost"};
    host.later(Milliseconds(0), [&] { host.pause_guest(PauseReason::migration); });
    host.domain->state = hypervisor::DomainState::running;
    // Paused in the middle, the target unreachable: nobody may resume it.
    host.target = fail(ErrorKind::unreachable, "no route");
    EXPECT_EQ(perform("migrate_to").code, ExitCode::error);
    EXPECT_FALSE(host.did("resume"));
}

TEST_F(Migrate, what_does_not_run_is_not_migrated) {
    host.end_guest();
    EXPECT_EQ(perform("migrate_to").code, ExitCode::not_running);
}

TEST_F(Migrate, from_verifies_what_arrived) {
    set("CRM_meta_migrate_source", "rz1-a");
    EXPECT_EQ(perform("migrate_from").code, ExitCode::success);
    EXPECT_EQ(host.marked_as, "vm_rot");
    host.end_guest();
    EXPECT_EQ(perform("migrate_from").reason, "the guest did not arrive on this node");
}

TEST_F(Migrate, from_waits_for_a_migration_that_is_about_to_end) {
    host.pause_guest(PauseReason::migration, hypervisor::Job::migration_in);
    host.later(Milliseconds(2000), [&] { host.run_guest(rot); });
    EXPECT_EQ(perform("migrate_from").code, ExitCode::success);
}

TEST_F(Migrate, from_a_process_alone_is_no_proof_that_the_guest_runs) {
    host.pause_guest(PauseReason::user);
    host.domain->unconfirmed = true;
    host.daemon = testing::Daemon::down;
    const auto silent = perform("migrate_from");
    EXPECT_EQ(silent.code, ExitCode::error);
    EXPECT_NE(silent.reason.find("libvirt"), std::string::npos) << silent.reason;
    host.later(Milliseconds(5000), [&] { host.daemon = testing::Daemon::answers; });
    EXPECT_EQ(perform("migrate_from").code, ExitCode::success);
    EXPECT_TRUE(host.did("resume"));
}

TEST_F(Migrate, from_does_not_believe_a_guest_that_stays_paused) {
    host.pause_guest(PauseReason::migration, hypervisor::Job::migration_in);
    EXPECT_EQ(perform("migrate_from").reason, "a live migration to this node has not ended");
}

} // namespace
} // namespace twinsite::vm
