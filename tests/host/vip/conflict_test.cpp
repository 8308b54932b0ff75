// The same address never answers twice.
#include "tests/host/vip/world.hpp"

#include <csignal>

namespace twinsite::testing {
namespace {

using Conflict = World;

TEST_F(Conflict, an_address_somebody_else_uses_is_not_taken) {
    b.must("ip address add 10.11.0.101/24 dev eth0");
    const AgentRun start = a.agent("start", one_address);
    EXPECT_EQ(start.exit_code, 1);
    EXPECT_EQ(start.reason,
              "10.11.0.101 is in use by " + b.mac() + " on eth0's network: not taken");
    EXPECT_FALSE(a.has("10.11.0.101/24"));
    EXPECT_EQ(a.agent("monitor", one_address).exit_code, 7);
}

TEST_F(Conflict, an_ipv6_address_somebody_else_uses_is_not_taken) {
    b.must("ip address add fd00:11::101/64 dev eth0 nodad");
    const AgentRun start = a.agent("start", two_families);
    EXPECT_EQ(start.exit_code, 1);
    EXPECT_EQ(start.reason,
              "fd00:11::101 is in use by " + b.mac() + " on eth0's network: not taken");
    EXPECT_FALSE(a.has("10.11.0.101/24")) << "all or nothing";
    EXPECT_FALSE(a.has("fd00:11::101/64"));
}

TEST_F(Conflict, nobody_is_asked_when_told_not_to) {
    b.must("ip address add fd00:11::101/64 dev eth0 nodad");
    EXPECT_EQ(a.agent("start", with(two_families, {{"nodad", "true"}})).exit_code, 0);
    b.must("ip address add 10.11.0.101/24 dev eth0");
    EXPECT_EQ(a.agent("stop", two_families).exit_code, 0);
    EXPECT_EQ(a.agent("start", with(one_address, {{"arp_probe_count", "0"}})).exit_code, 0);
}

TEST_F(Conflict, the_kernel_asks_when_the_agent_was_told_not_to) {
    const Settings unasked{{"ip", "fd00:11::101/64"}, {"nic", "eth0"}, {"arp_probe_count", "0"}};
    ASSERT_EQ(a.agent("start", unasked).exit_code, 0);
    const AgentRun second = b.agent("start", unasked);
    EXPECT_EQ(second.exit_code, 1);
    EXPECT_NE(second.reason.find("in use by another machine"), std::string::npos) << second.reason;
    EXPECT_FALSE(b.has("fd00:11::101/64"));
    EXPECT_EQ(a.agent("monitor", unasked).exit_code, 0);
}

TEST_F(Conflict, two_starts_at_once_do_not_both_succeed) {
    static_cast<void>(
        shell("ip netns exec b env OCF_RESOURCE_INSTANCE=address_red HA_RSCTMP=/run/b "
              "OCF_RESKEY_ip=10.11.0.101/24 OCF_RESKEY_nic=eth0 "
              "/usr/lib/ocf/resource.d/twinsite/vip start 2>/dev/null & "));
    const AgentRun start = a.agent("start", one_address);
    SystemClock clock;
    clock.pause(Milliseconds(500));
    EXPECT_FALSE(a.has("10.11.0.101/24") && b.has("10.11.0.101/24")) << start.err;
}

TEST_F(Conflict, seen_later_is_reported_by_the_next_monitor_once) {
    ASSERT_EQ(a.agent("start", one_address).exit_code, 0);
    ASSERT_TRUE(soon([&] { return a.guard() != 0; }));
    b.must("ip address add 10.11.0.101/24 dev eth0");
    AgentRun monitor;
    ASSERT_TRUE(soon([&] {
        b.must("arping -q -U -c 1 -I eth0 10.11.0.101");
        monitor = a.agent("monitor", one_address);
        return monitor.exit_code != 0;
    }));
    EXPECT_EQ(monitor.exit_code, 190) << monitor.err;
    EXPECT_EQ(monitor.reason.rfind("10.11.0.101 is also used by " + b.mac(), 0), 0U)
        << monitor.reason;
    // Defended: the client's entry leads here again.
    EXPECT_TRUE(soon([&] { return client.neighbour("10.11.0.101") != b.mac(); }));
    b.must("ip address delete 10.11.0.101/24 dev eth0");
    EXPECT_TRUE(soon([&] { return a.agent("monitor", one_address).exit_code == 0; }));
}

TEST_F(Conflict, is_a_failure_when_told_so) {
    const Settings strict = with(one_address, {{"on_conflict", "fail"}});
    ASSERT_EQ(a.agent("start", strict).exit_code, 0);
    ASSERT_TRUE(soon([&] { return a.guard() != 0; }));
    b.must("ip address add 10.11.0.101/24 dev eth0");
    EXPECT_TRUE(soon([&] {
        b.must("arping -q -U -c 1 -I eth0 10.11.0.101");
        return a.agent("monitor", strict).exit_code == 1;
    }));
}

TEST_F(Conflict, an_unsolicited_ipv6_advertisement_of_somebody_else_is_seen) {
    ASSERT_EQ(a.agent("start", two_families).exit_code, 0);
    ASSERT_TRUE(soon([&] { return a.guard() != 0; }));
    const Settings only_ipv6{{"ip", "fd00:11::101/64"}, {"nic", "eth0"}, {"nodad", "true"}};
    ASSERT_EQ(b.agent("start", only_ipv6).exit_code, 0); // takes it without asking
    AgentRun monitor;
    EXPECT_TRUE(soon([&] {
        monitor = a.agent("monitor", two_families);
        return monitor.exit_code == 190;
    }));
    EXPECT_EQ(monitor.reason.rfind("fd00:11::101 is also used by " + b.mac(), 0), 0U)
        << monitor.reason;
}

TEST_F(Conflict, a_node_that_hung_gives_the_address_up_when_somebody_else_has_it) {
    ASSERT_EQ(a.agent("start", two_families).exit_code, 0);
    ASSERT_TRUE(soon([&] { return a.guard() != 0; }));
    ASSERT_EQ(::kill(a.guard(), SIGSTOP), 0);
    static_cast<void>(shell("ip link set port-a nomaster"));
    ASSERT_EQ(b.agent("start", two_families).exit_code, 0);
    SystemClock clock;
    clock.pause(Milliseconds(6500)); // heartbeat, and what counts as frozen
    static_cast<void>(shell("ip link set port-a master segment0"));
    ASSERT_EQ(::kill(a.guard(), SIGCONT), 0);
    EXPECT_TRUE(soon([&] { return !a.has("10.11.0.101/24") && !a.has("fd00:11::101/64"); }));
    const AgentRun monitor = a.agent("monitor", two_families);
    EXPECT_EQ(monitor.exit_code, 7);
    EXPECT_NE(monitor.reason.find("after this node was frozen: given up"), std::string::npos)
        << monitor.reason;
    EXPECT_EQ(b.agent("monitor", two_families).exit_code, 0);
    EXPECT_EQ(client.neighbour("10.11.0.101").empty() ? b.mac() : client.neighbour("10.11.0.101"),
              b.mac());
}

TEST_F(Conflict, a_node_that_hung_keeps_the_address_when_nobody_else_has_it) {
    ASSERT_EQ(a.agent("start", one_address).exit_code, 0);
    ASSERT_TRUE(soon([&] { return a.guard() != 0; }));
    ASSERT_EQ(::kill(a.guard(), SIGSTOP), 0);
    SystemClock clock;
    clock.pause(Milliseconds(6500));
    ASSERT_EQ(::kill(a.guard(), SIGCONT), 0);
    clock.pause(Milliseconds(1000));
    EXPECT_EQ(a.agent("monitor", one_address).exit_code, 0);
}

TEST_F(Conflict, a_watch_that_was_killed_is_started_again_by_the_monitor) {
    ASSERT_EQ(a.agent("start", one_address).exit_code, 0);
    ASSERT_TRUE(soon([&] { return a.guard() != 0; }));
    const int before = a.guard();
    ASSERT_EQ(::kill(before, SIGKILL), 0);
    EXPECT_TRUE(soon([&] {
        EXPECT_EQ(a.agent("monitor", one_address).exit_code, 0);
        return a.guard() != 0 && a.guard() != before;
    }));
    EXPECT_EQ(a.agent("stop", one_address).exit_code, 0);
}

} // namespace
} // namespace twinsite::testing
