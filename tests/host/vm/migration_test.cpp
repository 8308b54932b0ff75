// Live migration between two real libvirt hosts, and what breaks it.
#include "tests/host/vm/migration_fixture.hpp"

namespace twinsite::testing {
namespace {

TEST_F(VmMigration, there_and_back_without_a_lost_write) {
    const long before = written("a");
    expect("a", "migrate_to", 0);
    expect("b", "migrate_from", 0);
    expect_running_only_on("b");
    EXPECT_GT(written("b"), before);
    expect("a", "monitor", 7);
    expect("b", "monitor", 0);
    parameters["CRM_meta_migrate_target"] = "a";
    expect("b", "migrate_to", 0);
    expect("a", "migrate_from", 0);
    expect_running_only_on("a");
    EXPECT_EQ(on("b", {"cat", "/run/rot.log"}).out.find("boot"), std::string::npos);
}

/// qemu refuses to migrate a guest in this state; no monitor has run since the LUN came back.
TEST_F(VmMigration, of_a_guest_paused_by_an_io_error_whose_disks_answer_again) {
    remove_lun();
    ASSERT_TRUE(eventually([&] { return virsh("a", {"domstate", "rot"}) == "paused"; }));
    expect("a", "migrate_to", 1);
    make_lun();
    expect("a", "migrate_to", 0);
    expect("b", "migrate_from", 0);
    expect_running_only_on("b");
}

TEST_F(VmMigration, under_way_is_told_apart_on_both_ends) {
    timeout = Milliseconds(60000);
    limit_wire("256kbit");
    auto migration = begin_migration();
    ASSERT_TRUE(eventually([&] {
        return virsh("b", {"domstate", "--reason", "rot"}) == "paused (migrating)";
    }));
    timeout = Milliseconds(6000);
    // It counts here, or stands still while its last pages are on the wire.
    const AgentRun leaving = agent("a", "monitor");
    EXPECT_TRUE(leaving.exit_code == 0 ||
                leaving.reason == "a live migration to another node has not ended")
        << leaving.err;
    const AgentRun arriving = agent("b", "monitor");
    EXPECT_EQ(arriving.exit_code, 1) << arriving.err;
    EXPECT_NE(arriving.reason.find("a live migration to this node has not ended"),
              std::string::npos)
        << arriving.reason << virsh("b", {"domstate", "--reason", "rot"});
    unlimit_wire();
    const AgentRun migrated = migration.get();
    EXPECT_EQ(migrated.exit_code, 0) << migrated.err;
    timeout = Milliseconds(30000);
    expect("b", "migrate_from", 0);
    expect_running_only_on("b");
}

// All of the guest is on the target, and what the target's daemon says of it is lost: libvirt lets
// the source go on, and cannot know whether the target runs it too.
TEST_F(VmMigration, whose_last_answer_is_lost_does_not_run_twice) {
    timeout = Milliseconds(90000);
    limit_wire("1mbit");
    auto migration = begin_migration();
    ASSERT_TRUE(eventually([&] {
        return virsh("a", {"domstate", "--reason", "rot"}) == "paused (migrating)";
    }));
    const std::vector<std::string> deaf{"OUTPUT", "-p", "tcp", "--sport", "16509", "-j", "DROP"};
    const auto firewall = [&](const char* action) {
        std::vector<std::string> words{"iptables", action};
        words.insert(words.end(), deaf.begin(), deaf.end());
        EXPECT_TRUE(on("b", words).ok());
    };
    firewall("-A");
    ASSERT_TRUE(eventually(
        [&] {
            return virsh("b", {"domstate", "--reason", "rot"}) == "paused (user)";
        },
        Milliseconds(40000)))
        << virsh("b", {"domstate", "--reason", "rot"});
    const AgentRun lost = migration.get();
    EXPECT_EQ(lost.exit_code, 1) << lost.err;
    EXPECT_NE(lost.reason.find("the guest stayed and runs here"), std::string::npos) << lost.err;
    EXPECT_TRUE(is_writing("a"));
    const AgentRun left = agent("b", "monitor");
    EXPECT_EQ(left.exit_code, 1);
    EXPECT_NE(left.reason.find("nobody confirmed"), std::string::npos) << left.reason;
    EXPECT_EQ(virsh("b", {"domstate", "--reason", "rot"}), "paused (user)");
    firewall("-D");
    unlimit_wire();
    expect("b", "stop", 0);
    expect_running_only_on("a");
    expect("a", "monitor", 0);
}

TEST_F(VmMigration, post_copy) {
    parameters["migration_postcopy"] = "true";
    parameters["migration_speed"] = "8";
    expect("a", "migrate_to", 0);
    expect("b", "migrate_from", 0);
    expect_running_only_on("b");
}

TEST_F(VmMigration, a_target_whose_daemon_is_dead_is_refused_and_nothing_moves) {
    kill_daemon("b");
    const AgentRun refused = agent("a", "migrate_to");
    EXPECT_EQ(refused.exit_code, 1);
    EXPECT_NE(refused.reason.find("b cannot take the guest"), std::string::npos) << refused.reason;
    EXPECT_TRUE(is_writing("a"));
}

TEST_F(VmMigration, a_target_whose_daemon_hangs_is_refused_in_time) {
    send("b", "STOP", daemon_pid("b"));
    const AgentRun refused = agent("a", "migrate_to");
    EXPECT_EQ(refused.exit_code, 1);
    EXPECT_LT(took, Milliseconds(20000));
    EXPECT_TRUE(is_writing("a"));
    send("b", "CONT", daemon_pid("b"));
}

TEST_F(VmMigration, one_that_does_not_end_is_aborted_and_the_guest_stays) {
    timeout = Milliseconds(20000);
    once_memory_arrives("kill -STOP $(pgrep -f guest=ro[t] | tail -n 1)");
    const AgentRun aborted = agent("a", "migrate_to");
    EXPECT_EQ(aborted.exit_code, 1) << aborted.err;
    EXPECT_NE(aborted.reason.find("the guest stayed and runs here"), std::string::npos)
        << aborted.err;
    on("b", {"sh", "-c", "kill -CONT $(pgrep -f guest=ro[t])"});
    expect("b", "stop", 0);
    expect_running_only_on("a");
    expect("a", "monitor", 0);
}

TEST_F(VmMigration, cut_in_the_middle_leaves_exactly_one_guest) {
    timeout = Milliseconds(40000);
    once_memory_arrives("ip link set eth0 down");
    const AgentRun cut = agent("a", "migrate_to");
    EXPECT_EQ(cut.exit_code, 1) << cut.err;
    EXPECT_NE(cut.reason.find("the guest stayed and runs here"), std::string::npos) << cut.err;
    EXPECT_TRUE(is_writing("a"));
    on("b", {"ip", "link", "set", "eth0", "up"});
    expect("b", "stop", 0);
    expect("b", "monitor", 7);
    expect_running_only_on("a");
}

// qemu holds its big lock while it writes the last pages: no question reaches it, no abort of
// libvirt's either, until the connection breaks; by itself that takes the kernel a quarter of an
// hour.
TEST_F(VmMigration, cut_while_its_last_pages_are_on_the_wire_goes_on_at_its_source) {
    timeout = Milliseconds(60000);
    // The kernel takes less from qemu than what is to be written.
    EXPECT_TRUE(on("a", {"sysctl", "-w", "net.ipv4.tcp_wmem=4096 8192 8192"}).ok());
    limit_wire("256kbit");
    auto migration = begin_migration();
    ASSERT_TRUE(eventually([&] {
        return virsh("a", {"domstate", "--reason", "rot"}) == "paused (migrating)";
    }));
    EXPECT_TRUE(on("b", {"ip", "link", "set", "eth0", "down"}).ok());
    const AgentRun cut = migration.get();
    EXPECT_EQ(cut.exit_code, 1) << cut.err;
    EXPECT_NE(cut.reason.find("the guest stayed and runs here"), std::string::npos) << cut.err;
    EXPECT_TRUE(is_writing("a"));
    timeout = Milliseconds(30000);
    expect("a", "monitor", 0);
    on("b", {"ip", "link", "set", "eth0", "up"});
    unlimit_wire();
    expect("b", "stop", 0);
    expect_running_only_on("a");
}

TEST_F(VmMigration, a_stop_in_the_middle_aborts_it_and_ends_both) {
    parameters["migration_speed"] = "1";
    const auto later =
        run({"sh", "-c",
             "(" TWINSITE_SOURCE_DIR "/tests/host/vm/on a virsh migrate --live --p2p --bandwidth 1 "
             "rot qemu+tcp://b/system) >/dev/null 2>&1 &"});
    ASSERT_TRUE(later.ok());
    ASSERT_TRUE(eventually([&] { return virsh("b", {"list", "--name"}) == "rot"; }));
    expect("a", "stop", 0);
    expect("b", "stop", 0);
    expect("a", "monitor", 7);
    expect("b", "monitor", 7);
    EXPECT_EQ(virsh("a", {"list", "--name"}) + virsh("b", {"list", "--name"}), "");
}

} // namespace
} // namespace twinsite::testing
