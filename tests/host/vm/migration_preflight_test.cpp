// A target that cannot take the guest: one reason, nothing moves, the guest goes on.
#include "tests/host/vm/migration_fixture.hpp"

#include <twinsite/base/file.hpp>

#include <fmt/format.h>

namespace twinsite::testing {
namespace {

class VmMigrationPreflight : public MigrationHosts {
protected:
    void start_with(const std::string& device) {
        std::string xml = read_file("/etc/twinsite/vm/rot.xml").value_or("");
        use_domain(xml.insert(xml.find("<memballoon"), device));
        expect("a", "start", 0);
        ASSERT_TRUE(is_writing("a"));
    }
    void expect_refused(const std::string& why) {
        const AgentRun refused = agent("a", "migrate_to");
        EXPECT_EQ(refused.exit_code, 1);
        EXPECT_NE(refused.reason.find(why), std::string::npos) << refused.reason;
        EXPECT_EQ(virsh("a", {"list", "--state-running", "--name"}), "rot");
        EXPECT_TRUE(is_writing("a"));
    }
};

TEST_F(VmMigrationPreflight, a_network_or_bridge_is_missing_there) {
    on("a", {"ip", "link", "add", "br9", "type", "bridge"});
    on("a", {"ip", "link", "set", "br9", "up"});
    ASSERT_TRUE(replace_file("/tmp/net.xml", "<network><name>lan</name><forward mode='bridge'/>"
                                             "<bridge name='br9'/></network>"));
    virsh("a", {"net-create", "/tmp/net.xml"});
    start_with("<interface type='network'><source network='lan'/></interface>"
               "<interface type='bridge'><source bridge='br9'/></interface>");
    expect_refused("b has no active network lan");
    virsh("b", {"net-create", "/tmp/net.xml"});
    expect_refused("b has no bridge br9");
    on("b", {"ip", "link", "add", "br9", "type", "bridge"});
    on("b", {"ip", "link", "set", "br9", "up"});
    expect("a", "migrate_to", 0);
    expect("b", "migrate_from", 0);
    expect_running_only_on("b");
}

TEST_F(VmMigrationPreflight, a_disk_is_not_visible_there) {
    on("a", {"truncate", "-s", "1M", "/run/second"}); // a file system of its own on each host
    start_with("<disk type='file' device='disk'><driver name='qemu' type='raw' cache='none'/>"
               "<source file='/run/second'/><target dev='vdb' bus='virtio'/></disk>");
    expect_refused("the guest stayed and runs here");
    EXPECT_EQ(virsh("b", {"list", "--all", "--name"}), "");
}

TEST_F(VmMigrationPreflight, the_guest_runs_there_already) {
    start_with("");
    ASSERT_TRUE(replace_file("/tmp/other.xml",
                             "<domain type='qemu'><name>rot</name>"
                             "<uuid>11111111-2222-3333-4444-555555555555</uuid>"
                             "<memory unit='MiB'>16</memory><os><type arch='x86_64'>hvm</type></os>"
                             "<devices><emulator>/usr/bin/qemu-system-x86_64</emulator></devices>"
                             "</domain>"));
    virsh("b", {"create", "/tmp/other.xml"});
    expect_refused("b already runs a domain rot");
    EXPECT_EQ(virsh("b", {"list", "--state-running", "--name"}), "rot") << "it was touched";
}

TEST_F(VmMigrationPreflight, a_start_says_what_this_node_lacks) {
    std::string xml = read_file("/etc/twinsite/vm/rot.xml").value_or("");
    std::string with_bridge = xml;
    use_domain(with_bridge.insert(with_bridge.find("<memballoon"),
                                  "<interface type='bridge'><source bridge='br9'/></interface>"));
    const AgentRun without_bridge = agent("a", "start");
    EXPECT_EQ(without_bridge.exit_code, 5) << "another node may have it";
    EXPECT_EQ(without_bridge.reason, "this node has no bridge br9");
    const std::string memory = "<memory unit='MiB'>32";
    use_domain(xml.replace(xml.find(memory), memory.size(), "<memory unit='TiB'>32"));
    const AgentRun too_large = agent("a", "start");
    EXPECT_EQ(too_large.exit_code, 1);
    EXPECT_NE(too_large.reason.find("the guest needs 33554432 MiB of memory, this node has"),
              std::string::npos)
        << too_large.reason;
    EXPECT_EQ(virsh("a", {"list", "--all", "--name"}), "");
}

} // namespace
} // namespace twinsite::testing
