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
    EXPECT_EQ(host.done, (std::vector<std::string>{"create"}));
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
    EXPECT_EQ(host.done.size(), 1U);
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
    EXPECT_EQ(host.done, (std::vector<std::string>{"revert to clean"}));
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
