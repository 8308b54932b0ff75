// Every state a monitor tells apart, on a real libvirtd and qemu.
#include "tests/host/vm/hosts.hpp"

#include <twinsite/base/file.hpp>

#include <fmt/format.h>

#include <chrono>
#include <thread>

namespace twinsite::testing {
namespace {

class VmStates : public Hosts {};

/// A domain whose one disk is a file of its host.
std::string local_disk_domain(const std::string& driver, const std::string& file,
                              const std::string& more = {}) {
    return fmt::format(
        "<domain type='qemu'><name>rot</name><uuid>11111111-2222-3333-4444-555555555555</uuid>"
        "<memory unit='MiB'>32</memory><vcpu>1</vcpu>"
        "<os><type arch='x86_64' machine='pc'>hvm</type></os>"
        "<devices><emulator>/usr/bin/qemu-system-x86_64</emulator>"
        "<disk type='file' device='disk'>{}<source file='{}'/><target dev='vda' "
        "bus='virtio'/></disk>"
        "<serial type='file'><source path='/run/rot.log' append='on'/></serial>{}"
        "<memballoon model='none'/></devices></domain>",
        driver, file, more);
}

TEST_F(VmStates, a_life_from_start_to_stop_is_idempotent) {
    expect("a", "monitor", 7);
    expect("a", "stop", 0);
    make_target();
    expect("a", "start", 0);
    expect("a", "start", 0);
    expect("a", "monitor", 0);
    EXPECT_TRUE(is_writing("a"));
    EXPECT_EQ(virsh("a", {"list", "--transient", "--name"}), "rot");
    expect("a", "stop", 0);
    expect("a", "stop", 0);
    expect("a", "monitor", 7);
}

TEST_F(VmStates, a_start_waits_for_its_storage) {
    parameters["storage_wait"] = "3";
    EXPECT_NE(agent("a", "start").reason.find("its storage is not there"), std::string::npos);
    parameters["storage_wait"] = "60";
    timeout = Milliseconds(60000);
    const auto late = run({"sh", "-c",
                           "(sleep 4; tgtadm --lld iscsi --op new --mode target --tid 1 -T "
                           "iqn.2026-11.example:red; tgtadm --lld iscsi --op bind --mode target "
                           "--tid 1 -I ALL; sleep 3; tgtadm --lld iscsi --op new --mode "
                           "logicalunit --tid 1 --lun 1 -b /tmp/storage/disk) >/dev/null 2>&1 &"});
    ASSERT_TRUE(late.ok());
    expect("a", "start", 0);
    EXPECT_GT(took, Milliseconds(6000));
    EXPECT_TRUE(is_writing("a"));
}

TEST_F(VmStates, a_start_given_up_in_a_frozen_daemon_runs_nothing_when_that_goes_on) {
    parameters["storage_wait"] = "60";
    timeout = Milliseconds(30000);
    auto start = begin("a", "start");
    // It has looked at libvirt and waits for its storage: the next question is the start itself.
    std::this_thread::sleep_for(std::chrono::seconds(3));
    send("a", "STOP", daemon_pid("a"));
    make_target();
    EXPECT_EQ(start.get().exit_code, 1);
    expect("a", "stop", 0);
    send("a", "CONT", daemon_pid("a"));
    ASSERT_TRUE(eventually([&] {
        return virsh("a", {"list", "--name"}) == "rot";
    })) << "the daemon did not carry out what was asked; nothing is tested";
    EXPECT_EQ(virsh("a", {"domstate", "rot"}), "paused");
    EXPECT_FALSE(is_writing("a"));
    const AgentRun seen = agent("a", "monitor");
    EXPECT_EQ(seen.exit_code, 1);
    EXPECT_NE(seen.reason.find("never ran"), std::string::npos) << seen.reason;
    expect("a", "stop", 0);
    EXPECT_EQ(virsh("a", {"list", "--name"}), "");
    expect("a", "start", 0);
    EXPECT_TRUE(is_writing("a"));
}

TEST_F(VmStates, paused_by_an_admin_is_degraded_and_left_alone) {
    make_target();
    expect("a", "start", 0);
    virsh("a", {"suspend", "rot"});
    expect("a", "monitor", 190);
    EXPECT_EQ(virsh("a", {"domstate", "rot"}), "paused");
    expect("a", "stop", 0);
}

TEST_F(VmStates, paused_by_an_io_error_is_degraded_and_resumed_when_the_storage_answers) {
    make_target();
    expect("a", "start", 0);
    ASSERT_TRUE(is_writing("a"));
    remove_lun();
    ASSERT_TRUE(eventually([&] {
        return virsh("a", {"domstate", "rot"}) == "paused";
    })) << virsh("a", {"domstate", "--reason", "rot"});
    const AgentRun away = agent("a", "monitor");
    EXPECT_EQ(away.exit_code, 190) << away.err;
    EXPECT_NE(away.reason.find("I/O error"), std::string::npos) << away.reason;
    make_lun();
    expect("a", "monitor", 0);
    EXPECT_TRUE(is_writing("a"));
}

TEST_F(VmStates, a_killed_guest_is_not_running_and_starts_again) {
    make_target();
    expect("a", "start", 0);
    send("a", "KILL", guest_pid("a"));
    ASSERT_TRUE(eventually([&] { return agent("a", "monitor").exit_code == 7; }));
    expect("a", "start", 0);
    expect("a", "monitor", 0);
}

TEST_F(VmStates, a_guest_frozen_from_outside_is_a_failure) {
    make_target();
    expect("a", "start", 0);
    send("a", "STOP", guest_pid("a"));
    const AgentRun frozen = agent("a", "monitor");
    EXPECT_EQ(frozen.exit_code, 1);
    EXPECT_NE(frozen.reason.find("stands still"), std::string::npos) << frozen.reason;
    expect("a", "stop", 0);
    expect("a", "monitor", 7);
}

TEST_F(VmStates, a_hung_daemon_does_not_hide_the_guest) {
    make_target();
    expect("a", "monitor", 7);
    expect("a", "start", 0);
    send("a", "STOP", daemon_pid("a"));
    expect("a", "monitor", 190);
    EXPECT_LT(took, Milliseconds(10000));
    send("a", "KILL", guest_pid("a"));
    EXPECT_TRUE(eventually([&] { return agent("a", "monitor").exit_code == 7; }));
    send("a", "CONT", daemon_pid("a"));
}

TEST_F(VmStates, a_killed_daemon_does_not_hide_the_guest) {
    make_target();
    expect("a", "start", 0);
    kill_daemon("a");
    const AgentRun run = agent("a", "monitor");
    EXPECT_EQ(run.exit_code, 190) << run.err;
    EXPECT_NE(run.reason.find("its process"), std::string::npos) << run.reason;
    start_daemon("a");
    expect("a", "monitor", 0);
    EXPECT_TRUE(is_writing("a"));
}

TEST_F(VmStates, a_missing_or_broken_file_does_not_hide_the_guest) {
    make_target();
    expect("a", "start", 0);
    on("a", {"mv", "/etc/twinsite/vm/rot.xml", "/etc/twinsite/vm/away.xml"});
    expect("a", "monitor", 0);
    // The note of the start is gone too: the mark in the domain is left.
    on("a", {"sh", "-c", "rm -f /run/twinsite/*; echo '<domain' >/etc/twinsite/vm/rot.xml"});
    expect("a", "monitor", 0);
    expect("a", "stop", 0);
    EXPECT_EQ(virsh("a", {"list", "--name"}), "");
    expect("a", "monitor", 7);
    expect("a", "stop", 0);
}

TEST_F(VmStates, an_admins_definition_survives_start_and_stop) {
    make_target();
    virsh("a", {"define", "/etc/twinsite/vm/rot.xml"});
    ASSERT_EQ(virsh("a", {"list", "--all", "--name"}), "rot");
    expect("a", "monitor", 7);
    expect("a", "start", 0);
    EXPECT_TRUE(is_writing("a"));
    expect("a", "stop", 0);
    EXPECT_EQ(virsh("a", {"list", "--all", "--name"}), "rot");
}

TEST_F(VmStates, saves_its_memory_and_goes_on_from_there) {
    make_target();
    on("a", {"mkdir", "/tmp/saved"});
    parameters["snapshot"] = "/tmp/saved";
    parameters["snapshot_local"] = "true";
    expect("a", "start", 0);
    ASSERT_TRUE(is_writing("a"));
    expect("a", "stop", 0);
    EXPECT_TRUE(std::filesystem::exists("/tmp/saved/rot.state"));
    expect("a", "monitor", 7);
    expect("a", "start", 0);
    EXPECT_TRUE(is_writing("a"));
    EXPECT_FALSE(std::filesystem::exists("/tmp/saved/rot.state"));
    const std::string log = on("a", {"cat", "/run/rot.log"}).out;
    EXPECT_EQ(log.find("boot"), log.rfind("boot")) << "it booted twice";
}

TEST_F(VmStates, goes_back_to_its_snapshot_at_every_start) {
    ASSERT_TRUE(run({"qemu-img", "convert", "-f", "raw", "-O", "qcow2", "/tmp/storage/disk",
                     "/tmp/rot.qcow2"})
                    .ok());
    use_domain(local_disk_domain("<driver name='qemu' type='qcow2'/>", "/tmp/rot.qcow2"));
    virsh("a", {"define", "/etc/twinsite/vm/rot.xml"});
    expect("a", "start", 0);
    ASSERT_TRUE(is_writing("a"));
    const auto kept = virsh("a", {"snapshot-create-as", "rot", "clean"});
    const long then = written("a");
    ASSERT_TRUE(eventually([&] { return written("a") > then + 3; })) << kept;
    const long last = written("a");
    expect("a", "stop", 0);
    parameters["revert_to"] = "clean";
    expect("a", "start", 0);
    EXPECT_TRUE(eventually([&] { return written("a") < last; })) << written("a");
    EXPECT_TRUE(is_writing("a"));
    expect("a", "stop", 0);
    parameters["revert_to"] = "no-such-snapshot";
    const AgentRun refused = agent("a", "start");
    EXPECT_EQ(refused.exit_code, 1);
    EXPECT_NE(refused.reason.find("no-such-snapshot"), std::string::npos) << refused.reason;
    expect("a", "monitor", 7);
}

TEST_F(VmStates, paused_by_its_watchdog_is_a_failure) {
    // A boot sector that starts the ib700 (port 0x443, 14 means two seconds) and sleeps for good.
    std::string sector("\xba\x43\x04\xb0\x0e\xee\xfb\xf4\xeb\xfd", 10);
    sector.resize(510);
    sector += "\x55\xaa";
    sector.resize(1024UL * 1024UL);
    ASSERT_TRUE(replace_file("/tmp/watchdog", sector));
    use_domain(local_disk_domain("<driver name='qemu' type='raw'/>", "/tmp/watchdog",
                                 "<watchdog model='ib700' action='pause'/>"));
    expect("a", "start", 0);
    ASSERT_TRUE(eventually([&] {
        return virsh("a", {"domstate", "rot"}) == "paused";
    })) << virsh("a", {"domstate", "--reason", "rot"});
    const AgentRun barked = agent("a", "monitor");
    EXPECT_EQ(barked.exit_code, 1);
    EXPECT_NE(barked.reason.find("watchdog"), std::string::npos) << barked.reason;
    expect("a", "stop", 0);
    expect("a", "monitor", 7);
}

TEST_F(VmStates, is_reached_through_the_modular_daemons_socket) {
    // The same protocol on virtqemud's socket, and none of libvirtd's.
    kill_daemon("a");
    on("a",
       {"sh", "-c",
        "mkdir /run/modular; echo 'unix_sock_dir = \"/run/modular\"' >>/run/libvirtd.conf; "
        "rm -f /run/libvirt/libvirt-*; ln -s /run/modular/libvirt-sock "
        "/run/libvirt/virtqemud-sock; libvirtd -d -f /run/libvirtd.conf -p /run/libvirtd.pid"});
    parameters["hypervisor"] = "qemu:///system?mode=direct";
    make_target();
    expect("a", "monitor", 7);
    expect("a", "start", 0);
    EXPECT_TRUE(is_writing("a"));
    expect("a", "monitor", 0);
    expect("a", "stop", 0);
}

TEST_F(VmStates, level_10_tells_a_silent_guest_agent) {
    make_target();
    expect("a", "start", 0);
    expect("a", "monitor", 0);
    const std::string with_agent =
        "sed -i 's#<memballoon#<channel type=\"unix\"><target type=\"virtio\" "
        "name=\"org.qemu.guest_agent.0\"/></channel><memballoon#' /etc/twinsite/vm/rot.xml";
    expect("a", "stop", 0);
    on("a", {"sh", "-c", with_agent});
    expect("a", "start", 0);
    const auto level10 =
        on("a", {"env", "OCF_CHECK_LEVEL=10", "OCF_RESOURCE_INSTANCE=vm_rot",
                 "OCF_RESKEY_CRM_meta_interval=10000", "OCF_RESKEY_config=/etc/twinsite/vm/rot.xml",
                 agent_program("vm").string(), "monitor"});
    EXPECT_EQ(level10.exit_code, 1) << level10.err;
    EXPECT_NE(level10.err.find("the guest does not answer"), std::string::npos) << level10.err;
}

} // namespace
} // namespace twinsite::testing
