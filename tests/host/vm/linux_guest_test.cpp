// What only a guest with a real operating system shows: its agent, its power button, its sleep, its
// panic. A small Linux (linux-guest/make-initramfs) under qemu's TCG.
#include "tests/host/vm/hosts.hpp"

#include <fmt/format.h>

#include <filesystem>

namespace twinsite::testing {
namespace {

constexpr const char* kernel = "/usr/share/twinsite-guest/vmlinuz";

std::string domain_xml() {
    return fmt::format(R"(<domain type='qemu'>
<name>rot</name><uuid>11111111-2222-3333-4444-555555555555</uuid>
<memory unit='MiB'>192</memory><vcpu>1</vcpu>
<os><type arch='x86_64' machine='pc'>hvm</type><kernel>{}</kernel><initrd>/tmp/initramfs</initrd>
<cmdline>console=ttyS0 quiet mitigations=off nokaslr panic=0 random.trust_cpu=on</cmdline></os>
<features><acpi/></features>
<on_poweroff>destroy</on_poweroff><on_crash>preserve</on_crash>
<pm><suspend-to-mem enabled='yes'/></pm>
<devices><emulator>/usr/bin/qemu-system-x86_64</emulator>
<controller type='usb' model='none'/>
<channel type='unix'><target type='virtio' name='org.qemu.guest_agent.0'/></channel>
<serial type='file'><source path='/run/rot.log' append='on'/><target port='0'/></serial>
<panic model='isa'/>
<memballoon model='none'/></devices></domain>
)",
                       kernel);
}

class VmLinuxGuest : public Hosts {
protected:
    void SetUp() override {
        Hosts::SetUp();
        if (IsSkipped() || HasFatalFailure()) {
            return;
        }
        if (!std::filesystem::exists(kernel)) {
            GTEST_SKIP()
                << "the cached root has no guest kernel; ./run lab root builds one that has";
        }
        const auto made = run(
            {TWINSITE_SOURCE_DIR "/tests/host/vm/linux-guest/make-initramfs", "/tmp/initramfs"});
        ASSERT_TRUE(made.ok()) << made.err;
        use_domain(domain_xml());
        parameters.erase("shutdown_timeout");
        timeout = Milliseconds(60000);
        expect("a", "start", 0);
        ASSERT_TRUE(
            eventually([&] { return said("ready") && agent_answers(); }, Milliseconds(120000)))
            << serial();
    }

    std::string serial() { return on("a", {"cat", "/run/rot.log"}).out; }
    bool said(const std::string& text) { return serial().find(text) != std::string::npos; }

    bool agent_answers() {
        const auto answer =
            virsh("a", {"qemu-agent-command", "rot", R"({"execute":"guest-ping"})"});
        return answer.find("return") != std::string::npos;
    }

    /// Begin a shell command in the guest.
    void in_guest(const std::string& command) {
        const auto begun =
            virsh("a", {"qemu-agent-command", "rot",
                        fmt::format(R"({{"execute":"guest-exec","arguments":{{"path":"/bin/sh",)"
                                    R"("arg":["-c","{}"]}}}})",
                                    command)});
        EXPECT_NE(begun.find("pid"), std::string::npos) << begun;
    }

    void expect_state(const std::string& state) {
        EXPECT_TRUE(eventually([&] {
            return virsh("a", {"domstate", "rot"}) == state;
        })) << virsh("a", {"domstate", "--reason", "rot"});
    }

    /// A monitor that fails with a reason.
    void expect_complaint(int exit_code, const std::string& reason) {
        const AgentRun run = agent("a", "monitor");
        EXPECT_EQ(run.exit_code, exit_code) << run.err;
        EXPECT_NE(run.reason.find(reason), std::string::npos) << run.reason;
    }
};

TEST_F(VmLinuxGuest, answers_through_its_agent_and_is_shut_down_by_it) {
    check_level = 10;
    expect("a", "monitor", 0);
    check_level = 20;
    parameters["guest_check"] = "/bin/sleep 1";
    expect("a", "monitor", 0);
    parameters["guest_check"] = "/bin/false";
    expect_complaint(1, "/bin/false in the guest ended with 1");
    parameters["guest_check"] = "/no/such/check";
    expect_complaint(1, "guest_check");
    parameters["guest_check"] = "/bin/sleep 60";
    timeout = Milliseconds(8000);
    expect_complaint(1, "did not end in time");
    EXPECT_LT(took, timeout);
    timeout = Milliseconds(60000);
    expect("a", "stop", 0);
    EXPECT_LT(took, Milliseconds(20000)) << "it was not waited for, or destroyed";
    EXPECT_TRUE(said("asked by agent")) << serial();
    check_level = 0;
    expect("a", "monitor", 7);
}

TEST_F(VmLinuxGuest, is_shut_down_by_its_power_button_when_its_agent_hangs) {
    in_guest("kill -STOP $(pidof qemu-ga)");
    check_level = 10;
    EXPECT_TRUE(eventually([&] { return agent("a", "monitor").exit_code == 1; }));
    expect_complaint(1, "the guest does not answer");
    check_level = 0;
    expect("a", "monitor", 0);
    expect("a", "stop", 0);
    EXPECT_TRUE(said("asked by acpi")) << serial();
}

TEST_F(VmLinuxGuest, asleep_is_degraded_and_woken_for_a_stop) {
    EXPECT_EQ(virsh("a", {"dompmsuspend", "rot", "mem"}).find("error"), std::string::npos);
    expect_state("pmsuspended");
    expect_complaint(190, "put itself to sleep");
    expect("a", "stop", 0);
    EXPECT_TRUE(said("asked by")) << serial();
}

TEST_F(VmLinuxGuest, that_panicked_and_whose_remains_were_kept_is_a_failure) {
    in_guest("sleep 1; echo c >/proc/sysrq-trigger");
    expect_state("crashed");
    expect_complaint(1, "crashed");
    expect("a", "stop", 0);
    expect("a", "monitor", 7);
    expect("a", "start", 0);
}

TEST_F(VmLinuxGuest, whose_post_copy_migration_breaks_is_a_failure_on_both_ends) {
    parameters["CRM_meta_migrate_target"] = "b";
    parameters["CRM_meta_migrate_source"] = "a";
    parameters["migration_postcopy"] = "true";
    // A guest that never rests, and a wire so slow that its memory is on both sides for a while.
    in_guest("while :; do dd if=/dev/urandom of=/tmp/x bs=64k count=512; done");
    limit_wire("60mbit");
    auto migration = begin("a", "migrate_to");
    ASSERT_TRUE(eventually(
        [&] {
            return virsh("b", {"domstate", "--reason", "rot"}) == "running (post-copy)";
        },
        Milliseconds(50000)))
        << virsh("a", {"domstate", "--reason", "rot"});
    const std::string aborted = virsh("a", {"domjobabort", "--postcopy", "rot"});
    const AgentRun broken = migration.get();
    EXPECT_EQ(broken.exit_code, 1) << aborted << broken.err;
    EXPECT_NE(broken.reason.find("a post-copy migration broke"), std::string::npos)
        << broken.reason;
    const AgentRun source = agent("a", "monitor");
    EXPECT_EQ(source.exit_code, 1) << source.err;
    EXPECT_NE(source.reason.find("a post-copy migration broke"), std::string::npos)
        << source.reason << virsh("a", {"domstate", "--reason", "rot"});
    // The target learns of it when what is still on the slow wire has arrived; or never, when a
    // virtual CPU waits for a page and holds the lock that qemu 7.2 needs to answer libvirt.
    AgentRun target;
    eventually(
        [&] {
            target = agent("b", "monitor");
            return target.exit_code == 1;
        },
        Milliseconds(20000));
    EXPECT_TRUE(target.exit_code == 1 || target.exit_code == 190) << target.err;
    EXPECT_NE(target.reason.find("post-copy"), std::string::npos)
        << target.reason << virsh("b", {"domstate", "--reason", "rot"});
    unlimit_wire();
    parameters["shutdown_timeout"] = "5";
    expect("b", "stop", 0);
    expect("a", "stop", 0);
    expect("a", "start", 0);
    expect("a", "monitor", 0);
    expect("b", "monitor", 7);
}

} // namespace
} // namespace twinsite::testing
