// The interface under the address: missing, down, renamed, wrong.
#include "tests/host/vip/world.hpp"

namespace twinsite::testing {
namespace {

using InterfaceUnder = World;

TEST_F(InterfaceUnder, a_lost_carrier_is_a_failure_unless_told_otherwise) {
    ASSERT_EQ(a.agent("start", one_address).exit_code, 0);
    static_cast<void>(shell("ip link set port-a down"));
    const AgentRun monitor = a.agent("monitor", one_address);
    EXPECT_EQ(monitor.exit_code, 1);
    EXPECT_EQ(monitor.reason, "interface eth0 has no carrier");
    EXPECT_EQ(a.agent("monitor", with(one_address, {{"check_link_status", "false"}})).exit_code, 0);
    EXPECT_EQ(a.agent("stop", one_address).exit_code, 0);

    const AgentRun start = a.agent("start", with(one_address, {{"CRM_meta_timeout", "2000"}}));
    EXPECT_EQ(start.exit_code, 1);
    EXPECT_EQ(start.reason, "interface eth0 has no carrier");
    EXPECT_FALSE(a.has("10.11.0.101/24"));
}

TEST_F(InterfaceUnder, is_set_up_by_start) {
    a.must("ip link set eth0 down");
    EXPECT_EQ(a.agent("start", one_address).exit_code, 0);
    EXPECT_TRUE(client.reaches("10.11.0.101"));
}

TEST_F(InterfaceUnder, set_down_is_a_failure) {
    ASSERT_EQ(a.agent("start", one_address).exit_code, 0);
    a.must("ip link set eth0 down");
    const AgentRun monitor = a.agent("monitor", one_address);
    EXPECT_EQ(monitor.exit_code, 1);
    EXPECT_EQ(monitor.reason, "interface eth0 is down");
}

TEST_F(InterfaceUnder, that_vanished_is_a_failure_and_can_be_stopped) {
    ASSERT_EQ(a.agent("start", one_address).exit_code, 0);
    static_cast<void>(shell("ip link delete port-a"));
    const AgentRun monitor = a.agent("monitor", one_address);
    EXPECT_EQ(monitor.exit_code, 1);
    EXPECT_EQ(monitor.reason, "interface eth0: No such device");
    EXPECT_EQ(a.agent("monitor", with(one_address, {{"CRM_meta_interval", "0"}})).exit_code, 7);
    EXPECT_EQ(a.agent("stop", one_address).exit_code, 0);
    EXPECT_EQ(a.guard(), 0);
}

TEST_F(InterfaceUnder, that_was_renamed_is_still_found) {
    ASSERT_EQ(a.agent("start", two_families).exit_code, 0);
    a.must("ip link set eth0 down && ip link set eth0 name wan7 && ip link set wan7 up && "
           "ip address add fd00:11::101/64 dev wan7 nodad"); // IPv6 loses its addresses when down
    EXPECT_EQ(a.agent("monitor", two_families).exit_code, 0);
    EXPECT_EQ(a.agent("stop", two_families).exit_code, 0);
    EXPECT_FALSE(a.has("10.11.0.101/24", "wan7"));
    EXPECT_FALSE(a.has("fd00:11::101/64", "wan7"));
}

TEST_F(InterfaceUnder, may_be_given_by_its_alternative_name) {
    a.must("ip link property add dev eth0 altname the-storage-network-of-rz1");
    const Settings settings{{"ip", "10.11.0.101/24"}, {"nic", "the-storage-network-of-rz1"}};
    ASSERT_EQ(a.agent("start", settings).exit_code, 0);
    EXPECT_TRUE(a.has("10.11.0.101/24"));
    EXPECT_EQ(a.agent("monitor", settings).exit_code, 0);
    EXPECT_EQ(a.agent("stop", settings).exit_code, 0);
}

TEST_F(InterfaceUnder, other_than_the_one_that_has_the_address_is_refused) {
    a.must("ip link add other0 type bridge && ip link set other0 up && "
           "ip address add 10.11.0.101/32 dev other0");
    const AgentRun start = a.agent("start", one_address);
    EXPECT_EQ(start.exit_code, 1);
    EXPECT_EQ(start.reason, "10.11.0.101 is on interface other0 already and not by this resource: "
                            "remove it there");
    EXPECT_EQ(a.agent("monitor", with(one_address, {{"CRM_meta_interval", "0"}})).exit_code, 7);
    const AgentRun monitor = a.agent("monitor", one_address);
    EXPECT_EQ(monitor.exit_code, 1);
    EXPECT_EQ(monitor.reason, "10.11.0.101 is on interface other0 instead of eth0");
    EXPECT_EQ(a.agent("stop", one_address).exit_code, 0);
    EXPECT_TRUE(a.has("10.11.0.101/32", "other0")) << "not ours";
}

TEST_F(InterfaceUnder, with_another_prefix_length_is_told) {
    a.must("ip address add 10.11.0.101/25 dev eth0");
    const AgentRun monitor = a.agent("monitor", one_address);
    EXPECT_EQ(monitor.exit_code, 1);
    EXPECT_EQ(monitor.reason, "10.11.0.101 is on eth0 with prefix length 25");
}

TEST_F(InterfaceUnder, a_deep_monitor_asks_a_peer) {
    ASSERT_EQ(a.agent("start", two_families).exit_code, 0);
    const auto deep = [&](const std::string& peers) {
        return a.agent("monitor", with(two_families, {{"check_peer", peers}}),
                       {{"OCF_CHECK_LEVEL", "10"}});
    };
    EXPECT_EQ(deep("10.11.0.9").exit_code, 0);
    EXPECT_EQ(deep("fd00:11::9").exit_code, 0);
    EXPECT_EQ(deep("10.11.0.77 10.11.0.9").exit_code, 0) << "one of them is enough";
    const AgentRun alone = deep("10.11.0.77 fd00:11::77");
    EXPECT_EQ(alone.exit_code, 1);
    EXPECT_EQ(alone.reason, "no answer from 10.11.0.77, fd00:11::77 on eth0");

    EXPECT_EQ(deep("").exit_code, 0) << "no gateway, nothing to ask";
    a.must("ip route add default via 10.11.0.66");
    EXPECT_EQ(deep("").reason, "no answer from 10.11.0.66 on eth0");
    a.must("ip route replace default via 10.11.0.9");
    EXPECT_EQ(deep("").exit_code, 0);
}

} // namespace
} // namespace twinsite::testing
