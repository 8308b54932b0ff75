// `twinsite check --live` where a node's own tools have to be asked too: DRBD's options in force.
#include "tests/support/rooted_test.hpp"
#include "tests/support/topologies.hpp"
#include "tests/support/twinsite_run.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace twinsite::testing {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

/// A node called rz1-a whose kernel has DRBD 8.4 and whose drbdsetup says the answers as recorded
/// from 8.4.11; "show" prints what the test wrote.
class LiveMirror : public RootedTest {
protected:
    void SetUp() override {
        RootedTest::SetUp();
        static_cast<void>(scratch.write("topology.json", example_text()));
    }
    process::Output check(const std::string& drbdsetup, const std::string& host = "rz1-a") {
        static_cast<void>(scratch.write("drbdsetup", "#!/bin/bash\n" + drbdsetup));
        return script_in_root(
            "cd /files; hostname " + host +
                "; cib-of-four-nodes > cib.xml; export CIB_file=/files/cib.xml\n"
                "twinsite --topology topology.json apply --yes > /dev/null\n"
                "install -m 755 drbdsetup /usr/sbin/drbdsetup\n"
                "mkdir /tmp/proc; echo 'version: 8.4.11 (api:1/proto:86-101)' > /tmp/proc/drbd\n"
                "mount --bind /tmp/proc /proc\n"
                "twinsite --topology topology.json check --live",
            scratch.path());
    }
    static std::string answers(const std::string& fencing) {
        return "if [ \"$1\" = events2 ]; then\n"
               "echo \"exists resource name:${!#} role:Primary suspended:no\"\n"
               "echo \"exists connection name:${!#} peer-node-id:0 conn-name:peer "
               "connection:Connected role:Secondary congested:no\"\n"
               "echo \"exists device name:${!#} volume:0 minor:0 disk:UpToDate size:65496\"\n"
               "echo \"exists peer-device name:${!#} peer-node-id:0 conn-name:peer volume:0 "
               "replication:Established peer-disk:UpToDate resync-suspended:no out-of-sync:0\"\n"
               "echo 'exists -'\n"
               "elif [ \"$1\" = show ]; then\n"
               "printf 'resource %s {\\n    disk {\\n        fencing \\t" +
               fencing + ";\\n    }\\n}\\n' \"$2\"\nfi\n";
    }
};

TEST_F(LiveMirror, drbd_runs_with_the_policys_fencing) {
    const auto run = check(answers("resource-only"));
    EXPECT_THAT(run.out, Not(HasSubstr("drbd-policy-mismatch"))) << run.err;
    EXPECT_THAT(run.out, HasSubstr("fencing-untested")) << run.err; // it did look
}

TEST_F(LiveMirror, drbd_runs_with_the_other_policys_fencing) {
    const auto run = check(answers("resource-and-stonith"));
    EXPECT_EQ(run.exit_code, 1);
    EXPECT_THAT(run.out, HasSubstr("DRBD runs red with fencing resource-and-stonith"));
    EXPECT_THAT(run.out, HasSubstr("drbd-policy-mismatch"));
}

TEST_F(LiveMirror, drbd_does_not_answer) {
    const auto run = check("echo 'Connection to the kernel failed' >&2; exit 20\n");
    EXPECT_THAT(run.out, HasSubstr("it is unknown which options DRBD runs red with"));
}

TEST_F(LiveMirror, a_node_without_copies_has_nothing_to_ask) {
    const auto run = check("exit 20\n", "rz1-b");
    EXPECT_THAT(run.out, Not(HasSubstr("drbd-policy-mismatch")));
}

TEST_F(LiveMirror, a_host_that_calls_itself_otherwise_than_its_node_is_told_so) {
    const auto run = check(answers("resource-and-stonith"), "rz1-a.example.com");
    for (const char* what : {"domain XMLs", "options of DRBD and sbd"}) {
        EXPECT_THAT(run.out, HasSubstr(std::string(what) + " not compared: this host is called "
                                                           "\"rz1-a.example.com\""));
    }
}

TEST_F(LiveMirror, vm_config_missing) {
    const auto run = check(answers("resource-only"));
    EXPECT_THAT(run.out, HasSubstr("[vm-config-missing]"));
    EXPECT_THAT(run.out, HasSubstr("the domain XML of rot cannot be read"));
    for (const char* vm : {"rot", "rosa", "blau", "cyan"}) {
        static_cast<void>(scratch.write(std::string(vm) + ".xml", "<domain/>"));
    }
    const auto there = run_twinsite({"--topology", (scratch.path() / "topology.json").string(),
                                     "check", "--vm-config-dir", scratch.path().string()});
    EXPECT_THAT(there.out, Not(HasSubstr("vm-config-missing")));
}

} // namespace
} // namespace twinsite::testing
