// A stop on a real libvirtd and qemu, when something is in its way.
#include "tests/host/vm/hosts.hpp"

namespace twinsite::testing {
namespace {

class VmStop : public Hosts {
protected:
    void SetUp() override {
        Hosts::SetUp();
        if (IsSkipped() || HasFatalFailure()) {
            return;
        }
        make_target();
        expect("a", "start", 0);
        ASSERT_TRUE(is_writing("a"));
    }
    void expect_gone() {
        EXPECT_FALSE(on("a", {"sh", "-c", "pgrep -f guest=ro[t]"}).ok()) << "qemu is still there";
    }
};

TEST_F(VmStop, a_guest_that_listens_to_nobody_is_destroyed_in_time) {
    parameters.erase("shutdown_timeout");
    timeout = Milliseconds(20000);
    expect("a", "stop", 0);
    EXPECT_GT(took, Milliseconds(10000)) << "it got no time to shut down";
    expect_gone();
}

/// What Pacemaker does to a resource that was deleted while it ran.
TEST_F(VmStop, without_its_parameters) {
    parameters.clear();
    expect("a", "stop", 0);
    // With the shutdown_timeout of its start, 2 s; the default would wait for more than 10 s.
    EXPECT_GT(took, Milliseconds(1500));
    EXPECT_LT(took, Milliseconds(9000));
    expect_gone();
}

TEST_F(VmStop, with_a_hung_daemon) {
    send("a", "STOP", daemon_pid("a"));
    expect("a", "stop", 0);
    expect_gone();
    expect("a", "monitor", 7);
    send("a", "CONT", daemon_pid("a"));
    EXPECT_TRUE(eventually([&] { return virsh("a", {"list", "--name"}).empty(); }));
    expect("a", "start", 0);
}

TEST_F(VmStop, with_a_killed_daemon) {
    kill_daemon("a");
    expect("a", "stop", 0);
    expect_gone();
    start_daemon("a");
    expect("a", "monitor", 7);
    expect("a", "start", 0);
}

TEST_F(VmStop, with_a_frozen_guest_and_a_hung_daemon) {
    send("a", "STOP", guest_pid("a"));
    send("a", "STOP", daemon_pid("a"));
    expect("a", "stop", 0);
    expect_gone();
}

TEST_F(VmStop, with_storage_that_does_not_answer) {
    ASSERT_TRUE(run({"sh", "-c", "kill -STOP $(pgrep -x tgtd)"}).ok());
    timeout = Milliseconds(25000);
    expect("a", "stop", 0);
    expect_gone();
}

TEST_F(VmStop, of_a_guest_paused_by_an_io_error_does_not_wait_for_it) {
    remove_lun();
    ASSERT_TRUE(eventually([&] { return virsh("a", {"domstate", "rot"}) == "paused"; }));
    parameters.erase("shutdown_timeout");
    timeout = Milliseconds(60000);
    expect("a", "stop", 0);
    EXPECT_LT(took, Milliseconds(20000));
    expect_gone();
}

} // namespace
} // namespace twinsite::testing
