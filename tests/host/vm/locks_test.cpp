// A guest that another host runs already, where libvirt's lock manager can tell: virtlockd with its
// leases on storage that both hosts see.
#include "tests/host/vm/migration_fixture.hpp"

#include <twinsite/base/file.hpp>

#include <filesystem>

namespace twinsite::testing {
namespace {

class VmLocks : public MigrationHosts {
protected:
    void SetUp() override {
        MigrationHosts::SetUp();
        if (IsSkipped() || HasFatalFailure()) {
            return;
        }
        std::filesystem::create_directories("/tmp/leases");
        ASSERT_TRUE(replace_file("/tmp/leases/rot", "")); // virtlockd makes none by itself
        use_lock_manager();
        use_domain(with_lease());
    }
    void use_lock_manager() {
        ASSERT_TRUE(
            replace_file("/etc/libvirt/qemu-lockd.conf", "file_lockspace_dir = \"/tmp/leases\"\n"));
        ASSERT_TRUE(
            run({"sh", "-c", "echo 'lock_manager = \"lockd\"' >>/etc/libvirt/qemu.conf"}).ok());
        for (const char* host : {"a", "b"}) {
            const auto started = on(host, {"virtlockd", "-d"});
            ASSERT_TRUE(started.ok()) << started.err;
            kill_daemon(host);
            start_daemon(host);
        }
    }
    /// A disk behind iSCSI has no lease of its own: the domain names one.
    static std::string with_lease() {
        std::string xml = read_file("/etc/twinsite/vm/rot.xml").value_or("");
        const std::string devices = "<devices>";
        return xml.replace(xml.find(devices), devices.size(),
                           "<devices><lease><lockspace>leases</lockspace><key>rot</key>"
                           "<target path='/tmp'/></lease>");
    }
};

TEST_F(VmLocks, a_guest_that_another_host_runs_is_refused_and_not_harmed) {
    expect("a", "start", 0);
    ASSERT_TRUE(is_writing("a"));
    const AgentRun refused = agent("b", "start");
    EXPECT_EQ(refused.exit_code, 1);
    EXPECT_NE(refused.reason.find("lock"), std::string::npos) << refused.reason;
    expect("b", "monitor", 7);
    expect_running_only_on("a");
    expect("b", "stop", 0);
    expect("a", "monitor", 0);
    expect("a", "stop", 0);
    expect("b", "start", 0);
    expect_running_only_on("b");
}

TEST_F(VmLocks, a_live_migration_takes_the_lease_along) {
    expect("a", "start", 0);
    ASSERT_TRUE(is_writing("a"));
    expect("a", "migrate_to", 0);
    expect("b", "migrate_from", 0);
    expect_running_only_on("b");
    EXPECT_EQ(agent("a", "start").exit_code, 1);
    expect("b", "monitor", 0);
}

} // namespace
} // namespace twinsite::testing
