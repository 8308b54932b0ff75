#include "tests/unit/vm_agent/agent_fixture.hpp"

#include <twinsite/log/log.hpp>

namespace twinsite::vm {
namespace {

using hypervisor::Job;
using hypervisor::PauseReason;
using ocf::ExitCode;
using testing::Daemon;

class Start : public AgentFixture {
protected:
    void expect_refused(ExitCode code, const std::string& reason) {
        const auto outcome = perform("start");
        EXPECT_EQ(outcome.code, code);
        EXPECT_EQ(outcome.reason, reason);
        EXPECT_FALSE(host.did("create"));
    }
};

TEST_F(Start, starts_and_marks_the_domain) {
    EXPECT_EQ(perform("start").code, ExitCode::success);
    EXPECT_EQ(host.marked_as, "vm_rot");
    EXPECT_EQ(perform("start").code, ExitCode::success);
    EXPECT_EQ(host.done, (std::vector<std::string>{"create", "resume"}));
    EXPECT_EQ(host.mark_of, hypervisor::Mark::settled);
}

/// A domain that a driver cannot create paused runs already.
TEST_F(Start, also_by_a_driver_that_starts_at_once) {
    host.holds_back = false;
    EXPECT_EQ(perform("start").code, ExitCode::success);
}

/// The daemon stops in the middle of a start, the cluster starts the guest elsewhere, and the
/// daemon goes on with what it was asked.
TEST_F(Start, given_up_in_a_frozen_daemon_runs_nothing_when_that_goes_on) {
    static_cast<void>(scratch.write("rot.state", "memory"));
    set("snapshot_local", "yes");
    const std::map<std::string, std::map<std::string, std::string>> ways{
        {"create", {}},
        {"restore rot.state.taken", {{"snapshot", scratch.path().string()}}},
        {"revert to clean", {{"snapshot", ""}, {"revert_to", "clean"}}}};
    for (const auto& [call, parameters] : ways) {
        for (const auto& [name, value] : parameters) {
            set(name, value);
        }
        host.end_guest();
        host.done.clear();
        host.freezes_at = call;
        EXPECT_EQ(perform("start").code, ExitCode::error) << call;
        EXPECT_TRUE(host.did(call));
        EXPECT_EQ(perform("stop").code, ExitCode::success) << call;
        EXPECT_FALSE(host.process) << call;
        host.thaw();
        ASSERT_TRUE(host.domain) << call;
        EXPECT_EQ(host.domain->state, hypervisor::DomainState::paused) << call;
        EXPECT_EQ(perform("monitor").code, ExitCode::error) << call;
        EXPECT_EQ(perform("start").code, ExitCode::error) << call;
        EXPECT_EQ(perform("migrate_from").code, ExitCode::error) << call;
        EXPECT_EQ(host.domain->state, hypervisor::DomainState::paused) << call;
        EXPECT_EQ(perform("stop").code, ExitCode::success) << call;
        EXPECT_FALSE(host.process) << call;
        EXPECT_FALSE(host.did("resume")) << call;
    }
}

TEST_F(Start, that_cannot_let_the_guest_go_takes_it_back) {
    host.freezes_at = "resume";
    EXPECT_EQ(perform("start").code, ExitCode::error);
    EXPECT_FALSE(host.process);
}

/// libvirt takes the leases of a lock manager when the guest is resumed.
TEST_F(Start, that_a_lock_manager_refuses_leaves_nothing_and_loses_no_saved_state) {
    set("snapshot", scratch.path().string());
    set("snapshot_local", "yes");
    for (const auto kind : {ErrorKind::internal, ErrorKind::conflict}) {
        static_cast<void>(scratch.write("rot.state", "memory"));
        host.run_guest(rot);
        host.end_guest();
        host.resume_fails = Error{kind, "resource busy: Lockspace resource 'rot' is locked"};
        const auto outcome = perform("start");
        EXPECT_EQ(outcome.code, ExitCode::error);
        EXPECT_EQ(outcome.reason, "resource busy: Lockspace resource 'rot' is locked");
        EXPECT_EQ(perform("monitor").code, ExitCode::not_running);
        EXPECT_TRUE(std::filesystem::exists(scratch.path() / "rot.state.taken"));
    }
}

/// Killed between letting it go and taking its mark away.
TEST_F(Start, a_mark_that_a_dead_start_left_is_taken_away_by_the_monitor) {
    host.mark_fails = Error{ErrorKind::unreachable, "libvirt: Failed to connect socket"};
    EXPECT_EQ(perform("start").code, ExitCode::success);
    host.mark_fails.reset();
    host.mark_of = hypervisor::Mark::in_start;
    EXPECT_EQ(perform("monitor").code, ExitCode::success);
    EXPECT_EQ(host.mark_of, hypervisor::Mark::settled);
}

TEST_F(Start, waits_for_storage_that_is_just_coming) {
    host.disks_answer = false;
    host.later(Milliseconds(40000), [&] { host.disks_answer = true; });
    EXPECT_EQ(perform("start").code, ExitCode::success);
    EXPECT_GT(took, Milliseconds(39000));
}

TEST_F(Start, does_not_wait_for_storage_beyond_its_time) {
    host.disks_answer = false;
    expect_refused(ExitCode::error,
                   "its storage is not there: 198.51.100.101:3260: Connection refused");
    EXPECT_GT(took, Milliseconds(55000));
    set("storage_wait", "0");
    expect_refused(ExitCode::error,
                   "its storage is not there: 198.51.100.101:3260: Connection refused");
    EXPECT_LT(took, Milliseconds(3000));
}

TEST_F(Start, a_host_without_the_memory_is_refused_unless_told_otherwise) {
    host.free_memory_kib = 65535;
    expect_refused(ExitCode::error, "the guest needs 64 MiB of memory, this node has 63 MiB free");
    set("check_memory", "false");
    EXPECT_EQ(perform("start").code, ExitCode::success);
}

TEST_F(Start, a_missing_bridge_is_this_nodes_fault) {
    set("config", scratch
                      .write("bridged.xml",
                             "<domain type='qemu'><name>rot</name><devices><interface "
                             "type='bridge'><source bridge='br7'/></interface></devices></domain>")
                      .string());
    expect_refused(ExitCode::not_installed, "this node has no bridge br7");
    std::filesystem::create_directories(scratch.path() / "net/br7/bridge");
    EXPECT_EQ(perform("start").code, ExitCode::success);
}

TEST_F(Start, a_switch_that_is_no_bridge_is_not_looked_for_among_the_bridges) {
    set("config", scratch
                      .write("ovs.xml", "<domain type='qemu'><name>rot</name><devices><interface "
                                        "type='bridge'><source bridge='ovs0'/><virtualport "
                                        "type='openvswitch'/></interface></devices></domain>")
                      .string());
    EXPECT_EQ(perform("start").code, ExitCode::success);
}

TEST_F(Start, huge_pages_are_not_sought_in_the_free_memory) {
    host.free_memory_kib = 1;
    set("config",
        scratch
            .write("huge.xml", "<domain type='qemu'><name>rot</name><memory unit='MiB'>64</memory>"
                               "<memoryBacking><hugepages/></memoryBacking></domain>")
            .string());
    EXPECT_EQ(perform("start").code, ExitCode::success);
}

/// Each of several disks has its time, and the storage_wait is for all of them.
TEST_F(Start, a_slow_disk_does_not_use_up_the_time_of_the_others) {
    std::string disks;
    for (const char* target : {"vda", "vdb", "vdc", "vdd"}) {
        disks += std::string("<disk type='network'><source protocol='nbd' name='") + target +
                 "'><host name='198.51.100.101'/></source><target dev='" + target + "'/></disk>";
    }
    set("config", scratch
                      .write("disks.xml", "<domain type='qemu'><name>rot</name><devices>" + disks +
                                              "</devices></domain>")
                      .string());
    host.probe_takes = Milliseconds(1500);
    EXPECT_EQ(perform("start").code, ExitCode::success);
    set("storage_wait", "0");
    host.end_guest();
    EXPECT_EQ(perform("start").code, ExitCode::success);
}

TEST_F(Start, waits_for_a_daemon_that_is_just_coming) {
    host.daemon = Daemon::down;
    host.later(Milliseconds(20000), [&] { host.daemon = Daemon::answers; });
    EXPECT_EQ(perform("start").code, ExitCode::success);
}

TEST_F(Start, without_a_daemon_says_so) {
    host.daemon = Daemon::down;
    expect_refused(ExitCode::error, "libvirt: Failed to connect socket");
}

TEST_F(Start, what_did_not_end_in_time_is_taken_back) {
    host.create_hangs = true;
    EXPECT_EQ(perform("start").code, ExitCode::error);
    EXPECT_TRUE(host.did("destroy firmly"));
    EXPECT_FALSE(host.process);
}

TEST_F(Start, passes_on_why_libvirt_refuses) {
    host.create_fails = Error{ErrorKind::conflict, "domain 'rot' already exists with uuid 1"};
    const auto outcome = perform("start");
    EXPECT_EQ(outcome.code, ExitCode::error);
    EXPECT_EQ(outcome.reason, "domain 'rot' already exists with uuid 1");
}

TEST_F(Start, a_guest_the_admin_paused_goes_on) {
    host.run_guest(rot);
    host.pause_guest(PauseReason::user);
    EXPECT_EQ(perform("start").code, ExitCode::success);
    EXPECT_EQ(host.done, (std::vector<std::string>{"resume"}));
}

TEST_F(Start, a_process_without_a_domain_is_not_started_twice) {
    host.process = true;
    expect_refused(ExitCode::error,
                   "libvirt does not know it as active, but its process 42 is there");
}

TEST_F(Start, a_migration_to_here_is_not_disturbed) {
    host.run_guest(rot);
    host.pause_guest(PauseReason::migration, Job::migration_in);
    expect_refused(ExitCode::error, "a live migration to this node has not ended");
}

TEST_F(Start, networks_and_utilization_only_when_told) {
    EXPECT_EQ(perform("start").code, ExitCode::success);
    EXPECT_EQ(host.done.size(), 2U);
    host.end_guest();
    set("start_resources", "1");
    set("autoset_utilization_memory", "1");
    set("autoset_utilization_cpu", "1");
    set("utilization_memory_key", "hv_memory");
    EXPECT_EQ(perform("start").code, ExitCode::success);
    EXPECT_TRUE(host.did("network default"));
    EXPECT_TRUE(host.did("run crm_resource --resource vm_rot --utilization --set-parameter cpu "
                         "--parameter-value 2"));
    EXPECT_TRUE(host.did("run crm_resource --resource vm_rot --utilization --set-parameter "
                         "hv_memory --parameter-value 64"));
}

TEST_F(Start, reverts_to_a_snapshot_when_told) {
    set("revert_to", "clean");
    EXPECT_EQ(perform("start").code, ExitCode::success);
    EXPECT_EQ(host.done, (std::vector<std::string>{"revert to clean", "resume"}));
}

TEST_F(Start, ends_only_when_the_monitor_scripts_are_content) {
    set("monitor_scripts", "/usr/local/bin/check-web");
    host.command_output.exit_code = 1;
    host.command_output.err = "no page\n";
    host.later(Milliseconds(5000), [&] { host.command_output = {}; });
    host.later(Milliseconds(0), [] {});
    const auto outcome = perform("start");
    // The fake lets events happen when the daemon or a process is looked at.
    EXPECT_EQ(outcome.code, ExitCode::error);
    EXPECT_EQ(outcome.reason, "monitor script /usr/local/bin/check-web ended with 1: no page");
}

TEST_F(Start, warns_of_a_definition_that_libvirt_starts_by_itself) {
    const log::Session session({.name = "vm", .level = log::Level::warning});
    for (const bool autostart : {false, true}) {
        host.autostart = autostart;
        ::testing::internal::CaptureStderr();
        EXPECT_EQ(perform("start").code, ExitCode::success);
        const std::string said = ::testing::internal::GetCapturedStderr();
        EXPECT_EQ(said.find("virsh autostart --disable rot") != std::string::npos, autostart)
            << said;
    }
}

TEST_F(Start, a_broken_file_is_wrong_on_this_node_only) {
    set("config", scratch.write("broken.xml", "<domain").string());
    EXPECT_EQ(perform("start").code, ExitCode::invalid_argument);
    set("config", "/nonexistent/rot.xml");
    EXPECT_EQ(perform("start").code, ExitCode::not_installed);
}

} // namespace
} // namespace twinsite::vm
