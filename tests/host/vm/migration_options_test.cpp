// What a live migration can be told, tried on two real libvirt hosts.
#include "tests/host/vm/migration_fixture.hpp"

namespace twinsite::testing {
namespace {

class VmMigrationOptions : public VmMigration {
protected:
    void make_certificates() {
        const auto made = run({TWINSITE_SOURCE_DIR "/tests/host/vm/make-certificates"});
        ASSERT_TRUE(made.ok()) << made.err;
    }
    void there() {
        parameters["CRM_meta_migrate_target"] = "b";
        expect("a", "migrate_to", 0);
        expect("b", "migrate_from", 0);
        expect_running_only_on("b");
    }
    void back() {
        parameters["CRM_meta_migrate_target"] = "a";
        expect("b", "migrate_to", 0);
        expect("a", "migrate_from", 0);
        expect_running_only_on("a");
    }
};

TEST_F(VmMigrationOptions, downtime_bandwidth_connections_auto_converge_and_port) {
    parameters["migration_downtime"] = "500";
    parameters["migration_speed"] = "100";
    parameters["migration_connections"] = "2";
    parameters["migration_auto_converge"] = "true";
    parameters["migrateuri"] = "tcp://%n:49200";
    there();
}

TEST_F(VmMigrationOptions, compression) {
    parameters["migration_compression"] = "xbzrle";
    there();
    parameters["migration_compression"] = "mt";
    back();
}

TEST_F(VmMigrationOptions, compression_that_libvirt_does_not_know_leaves_the_guest_where_it_is) {
    parameters["migration_compression"] = "zstd";
    parameters["migration_connections"] = "2";
    const AgentRun run = agent("a", "migrate_to");
    if (run.exit_code == 0) {
        GTEST_SKIP() << "this libvirt knows zstd";
    }
    EXPECT_NE(run.reason.find("zstd"), std::string::npos) << run.reason;
    expect_running_only_on("a");
}

TEST_F(VmMigrationOptions, memory_through_tls) {
    parameters["migration_tls"] = "true";
    const AgentRun without = agent("a", "migrate_to");
    EXPECT_EQ(without.exit_code, 1) << "there is no certificate yet";
    EXPECT_NE(without.reason.find("the guest stayed and runs here"), std::string::npos)
        << without.reason;
    EXPECT_TRUE(is_writing("a"));
    make_certificates();
    there();
    back();
}

TEST_F(VmMigrationOptions, daemons_through_tls_as_is_the_default) {
    make_certificates();
    on("b", {"sed", "-i", "s/listen_tls = 0/listen_tls = 1/", "/run/libvirtd.conf"});
    kill_daemon("b");
    start_daemon("b");
    parameters.erase("migration_transport");
    there();
}

} // namespace
} // namespace twinsite::testing
