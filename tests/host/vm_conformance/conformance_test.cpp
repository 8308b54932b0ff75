// The suites that resource-agents ships, on the built agent and a real libvirtd and qemu.
#include "tests/support/in_root.hpp"
#include "tests/support/ocf_agent_run.hpp"

#include <gtest/gtest.h>

namespace twinsite::testing {
namespace {

/// A libvirtd of the test's own, in the root, and a guest without a disk.
constexpr const char* libvirtd = R"(
printf 'user = "root"\ngroup = "root"\nsecurity_driver = "none"\ncgroup_controllers = []\nnamespaces = []\nremember_owner = 0\nstdio_handler = "file"\n' >/etc/libvirt/qemu.conf
printf 'auth_unix_rw = "none"\n' >/run/libvirtd.conf
mkdir -p /run/libvirt /run/resource-agents
libvirtd -d -f /run/libvirtd.conf -p /run/libvirtd.pid
for i in $(seq 300); do virsh -q list >/dev/null 2>&1 && break; sleep 0.1; done
virsh domcapabilities >/dev/null  # the first look at qemu takes its time
cat >/etc/rot.xml <<XML
<domain type='qemu'><name>rot</name><uuid>11111111-2222-3333-4444-555555555555</uuid>
<memory unit='MiB'>32</memory><os><type arch='x86_64' machine='pc'>hvm</type></os>
<devices><emulator>/usr/bin/qemu-system-x86_64</emulator><memballoon model='none'/></devices></domain>
XML
)";

TEST(VmOcfTester, passes) {
    expect_ocf_tester_passes({.agent = "vm",
                              .parameters = {{"config", "/etc/rot.xml"},
                                             {"shutdown_timeout", "1"},
                                             {"CRM_meta_timeout", "90000"}},
                              .prepare = libvirtd,
                              .patience = Milliseconds(300'000)});
}

/// systemd itself on the drop-in that makes Pacemaker stop before libvirt and the guests.
TEST(VmSystemd, finds_nothing_wrong_with_the_drop_in) {
    if (const auto why = root_is_missing()) {
        GTEST_SKIP() << *why;
    }
    const auto output = run_in_root(
        {"systemd-analyze", "verify", "--man=no", "pacemaker.service", "libvirtd.service",
         "libvirt-guests.service", "virtlockd.service"},
        {{TWINSITE_SOURCE_DIR "/agents/vm/systemd", "/etc/systemd/system/pacemaker.service.d"}},
        Milliseconds(60'000));
    ASSERT_TRUE(output) << output.error().message;
    EXPECT_EQ(output->exit_code, 0);
    EXPECT_EQ(output->out + output->err, "");
}

/// The cases that resource-agents ships for VirtualDomain, run on ours.
TEST(VmOcft, passes_the_cases_of_virtualdomain) {
    if (const auto why = root_is_missing()) {
        GTEST_SKIP() << *why;
    }
    const std::string cases = std::string(libvirtd) + R"(
mkdir /tmp/ocft && cd /tmp/ocft
sed 's#Agent VirtualDomain#Agent vm#; s#resource.d/heartbeat#resource.d/twinsite#; s#OCFT_config=.*#OCFT_config=/etc/rot.xml#; s#HangTimeout 20#HangTimeout 90#; /CASE-BLOCK unset_utilization/a\\tEnv OCF_RESKEY_shutdown_timeout=1' /usr/share/resource-agents/ocft/configs/VirtualDomain >vm
ocft make -d /tmp/ocft vm && ocft test -v vm
)";
    const auto output =
        run_in_root({"/bin/bash", "-c", cases},
                    {{agent_program("vm").parent_path(), "/usr/lib/ocf/resource.d/twinsite"}},
                    Milliseconds(300'000));
    ASSERT_TRUE(output) << output.error().message;
    EXPECT_EQ(output->exit_code, 0) << output->out << output->err;
    EXPECT_NE(output->out.find("unimplemented command"), std::string::npos) << output->out;
    EXPECT_EQ(output->out.find("FAILED"), std::string::npos) << output->out;
}

} // namespace
} // namespace twinsite::testing
