// Start, monitor and stop of addresses, seen from the host and from a client.
#include "tests/host/vip/world.hpp"

namespace twinsite::testing {
namespace {

using Address = World;

TEST_F(Address, works_for_a_client_until_it_is_stopped) {
    EXPECT_EQ(a.agent("monitor", one_address).exit_code, 7);
    const AgentRun start = a.agent("start", one_address);
    ASSERT_EQ(start.exit_code, 0) << start.err;
    EXPECT_TRUE(client.reaches("10.11.0.101"));
    EXPECT_EQ(a.agent("monitor", one_address).exit_code, 0);
    EXPECT_EQ(a.agent("start", one_address).exit_code, 0);
    ASSERT_EQ(a.agent("stop", one_address).exit_code, 0);
    EXPECT_FALSE(client.reaches("10.11.0.101"));
    EXPECT_EQ(a.agent("monitor", one_address).exit_code, 7);
    EXPECT_EQ(a.agent("stop", one_address).exit_code, 0);
}

TEST_F(Address, of_both_families_is_one_resource) {
    ASSERT_EQ(a.agent("start", two_families).exit_code, 0);
    EXPECT_TRUE(client.reaches("10.11.0.101"));
    EXPECT_TRUE(client.reaches("fd00:11::101"));
    a.must("ip address delete fd00:11::101/64 dev eth0");
    const AgentRun half = a.agent("monitor", two_families);
    EXPECT_EQ(half.exit_code, 1);
    EXPECT_EQ(half.reason, "fd00:11::101 is missing");
    EXPECT_EQ(a.agent("start", two_families).exit_code, 0);
    EXPECT_EQ(a.agent("monitor", two_families).exit_code, 0);
    EXPECT_EQ(a.agent("stop", two_families).exit_code, 0);
    EXPECT_EQ(a.agent("monitor", two_families).exit_code, 7);
}

TEST_F(Address, is_complete_or_not_there_at_all) {
    // The label does not fit the interface's real name, which only the node knows; and a second
    // address that cannot be added takes the first with it.
    const Settings broken = with(two_families, {{"routes", "192.0.2.0/24 via 172.16.0.1"}});
    const AgentRun start = a.agent("start", broken);
    EXPECT_EQ(start.exit_code, 1);
    EXPECT_NE(start.reason.find("adding route 192.0.2.0/24"), std::string::npos) << start.reason;
    EXPECT_FALSE(a.has("10.11.0.101/24"));
    EXPECT_FALSE(a.has("fd00:11::101/64"));
    EXPECT_EQ(a.agent("monitor", two_families).exit_code, 7);
}

TEST_F(Address, takes_interface_and_prefix_from_the_connected_route) {
    const Settings alone{{"ip", "10.11.0.101 fd00:11::101"}};
    ASSERT_EQ(a.agent("start", alone).exit_code, 0);
    EXPECT_TRUE(a.has("10.11.0.101/24"));
    EXPECT_TRUE(a.has("fd00:11::101/64"));
    EXPECT_EQ(a.agent("monitor", alone).exit_code, 0);
    EXPECT_EQ(a.agent("stop", alone).exit_code, 0);
    EXPECT_FALSE(a.has("10.11.0.101/24"));

    const AgentRun nowhere = a.agent("start", {{"ip", "172.16.5.5"}});
    EXPECT_EQ(nowhere.exit_code, 1);
    EXPECT_EQ(nowhere.reason,
              "no interface has a connected route to 172.16.5.5: set nic and cidr_netmask");
}

TEST_F(Address, has_the_label_broadcast_and_lifetime_that_were_asked_for) {
    const Settings rich = with(one_address, {{"iflabel", "red"},
                                             {"broadcast", "10.11.0.127"},
                                             {"preferred_lft", "0"},
                                             {"noprefixroute", "true"}});
    ASSERT_EQ(a.agent("start", rich).exit_code, 0);
    const std::string shown = a.must("ip address show dev eth0 to 10.11.0.101");
    for (const char* word : {"brd 10.11.0.127", "eth0:red", "deprecated", "noprefixroute"}) {
        EXPECT_NE(shown.find(word), std::string::npos) << word << "\n" << shown;
    }
    EXPECT_EQ(a.agent("monitor", rich).exit_code, 0);
    EXPECT_EQ(a.agent("stop", rich).exit_code, 0);
}

TEST_F(Address, brings_its_routes_and_rules_and_takes_them_along) {
    a.must("ip route add 192.0.2.0/24 via 10.11.0.9"); // the administrator's
    const Settings routed =
        with(two_families, {{"routes", "192.0.2.0/24 via 10.11.0.9, default via 10.11.0.9 table 77,"
                                       "2001:db8::/32 via fd00:11::9"},
                            {"rule_table", "77"}});
    const AgentRun start = a.agent("start", routed);
    ASSERT_EQ(start.exit_code, 0) << start.err;
    EXPECT_EQ(a.must("ip route show table 77").rfind("default via 10.11.0.9 dev eth0", 0), 0U);
    EXPECT_NE(a.must("ip -6 route show").find("2001:db8::/32 via fd00:11::9"), std::string::npos);
    EXPECT_NE(a.must("ip rule show").find("from 10.11.0.101 lookup 77"), std::string::npos);
    EXPECT_NE(a.must("ip -6 rule show").find("from fd00:11::101 lookup 77"), std::string::npos);
    EXPECT_EQ(a.agent("monitor", routed).exit_code, 0);

    a.must("ip rule delete from 10.11.0.101 lookup 77");
    const AgentRun torn = a.agent("monitor", routed);
    EXPECT_EQ(torn.exit_code, 1);
    EXPECT_EQ(torn.reason, "rule from 10.11.0.101 lookup 77 is missing");

    ASSERT_EQ(a.agent("stop", routed).exit_code, 0);
    EXPECT_EQ(a.must("ip -6 rule show").find("lookup 77"), std::string::npos);
    EXPECT_EQ(a.must("ip route show table 77 2>/dev/null || true"), "");
    EXPECT_NE(a.must("ip route show").find("192.0.2.0/24 via 10.11.0.9"), std::string::npos)
        << "the administrator's route was there before and stays";
}

TEST_F(Address, lives_in_a_network_namespace_when_told_to) {
    // Called outside; the host's namespace has the name "a".
    const std::string environment = "OCF_RESOURCE_INSTANCE=address_red HA_RSCTMP=/run/outside "
                                    "OCF_RESKEY_ip=10.11.0.101/24 OCF_RESKEY_nic=eth0 "
                                    "OCF_RESKEY_network_namespace=";
    const std::string agent = " /usr/lib/ocf/resource.d/twinsite/vip ";
    ASSERT_EQ(shell(environment + "a" + agent + "start").exit_code, 0);
    EXPECT_TRUE(a.has("10.11.0.101/24"));
    EXPECT_EQ(shell(environment + "a" + agent + "monitor").exit_code, 0);
    EXPECT_EQ(shell(environment + "a" + agent + "stop").exit_code, 0);
    EXPECT_FALSE(a.has("10.11.0.101/24"));

    EXPECT_EQ(shell(environment + "none" + agent + "monitor").exit_code, 7) << "a probe";
    EXPECT_EQ(shell(environment + "none" + agent + "stop").exit_code, 0);
    const auto start = shell(environment + "none" + agent + "start");
    EXPECT_EQ(start.exit_code, 1);
    EXPECT_NE(start.err.find("ocf-exit-reason:network namespace none: No such file"),
              std::string::npos);
}

TEST_F(Address, of_a_clone_differs_by_the_instance) {
    const Settings cloned =
        with(one_address, {{"unique_clone_address", "true"}, {"CRM_meta_clone", "3"}});
    ASSERT_EQ(a.agent("start", cloned).exit_code, 0);
    EXPECT_TRUE(a.has("10.11.0.104/24"));
    EXPECT_EQ(a.agent("stop", cloned).exit_code, 0);
    EXPECT_FALSE(a.has("10.11.0.104/24"));
}

TEST_F(Address, on_the_loopback_interface_needs_no_neighbours) {
    const Settings local{{"ip", "127.0.0.3"}};
    EXPECT_EQ(a.agent("start", local).exit_code, 0);
    EXPECT_TRUE(a.has("127.0.0.3/32", "lo"));
    EXPECT_EQ(a.agent("monitor", local).exit_code, 0);
    EXPECT_EQ(a.agent("stop", local).exit_code, 0);
    EXPECT_EQ(a.agent("monitor", local).exit_code, 7);
}

TEST_F(Address, needs_the_capability) {
    const AgentRun run = [&] {
        const auto output =
            a.run("setpriv --bounding-set -net_admin,-net_raw --inh-caps -net_admin,-net_raw env "
                  "OCF_RESKEY_ip=10.11.0.101/24 OCF_RESKEY_nic=eth0 HA_RSCTMP=/run/a "
                  "OCF_RESKEY_arp_probe_count=0 /usr/lib/ocf/resource.d/twinsite/vip start");
        return AgentRun{.exit_code = output.exit_code, .out = {}, .err = output.err, .reason = {}};
    }();
    EXPECT_EQ(run.exit_code, 4) << run.err;
    EXPECT_FALSE(a.has("10.11.0.101/24"));
}

} // namespace
} // namespace twinsite::testing
