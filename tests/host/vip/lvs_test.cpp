// LVS direct routing: a director that is a real server too.
#include "tests/host/vip/world.hpp"

namespace twinsite::testing {
namespace {

using Lvs = World;

TEST_F(Lvs, takes_the_address_from_lo_and_puts_it_back_as_it_was) {
    a.must("ip address add 10.11.0.101/32 dev lo scope host label lo:101");
    const Settings director = with(one_address, {{"lvs_support", "true"}});
    EXPECT_EQ(a.agent("monitor", director).exit_code, 7);
    const AgentRun refused = a.agent("start", one_address);
    EXPECT_EQ(refused.exit_code, 1);
    EXPECT_NE(refused.reason.find("is on interface lo already"), std::string::npos);

    const AgentRun start = a.agent("start", director);
    ASSERT_EQ(start.exit_code, 0) << start.err;
    EXPECT_FALSE(a.has("10.11.0.101/32", "lo"));
    EXPECT_TRUE(a.has("10.11.0.101/24"));
    EXPECT_TRUE(client.reaches("10.11.0.101"));
    EXPECT_EQ(a.agent("monitor", director).exit_code, 0);

    ASSERT_EQ(a.agent("stop", director).exit_code, 0);
    EXPECT_FALSE(a.has("10.11.0.101/24"));
    const std::string shown = a.must("ip -o address show dev lo to 10.11.0.101");
    EXPECT_NE(shown.find("scope host lo:101"), std::string::npos) << shown;
    EXPECT_EQ(a.agent("monitor", director).exit_code, 7);
    EXPECT_EQ(a.agent("stop", director).exit_code, 0);
    EXPECT_TRUE(a.has("10.11.0.101/32", "lo"));
}

TEST_F(Lvs, an_ipv6_address_has_its_label_in_the_kernels_table) {
    const Settings labelled{{"ip", "fd00:11::101/64"},
                            {"nic", "eth0"},
                            {"lvs_ipv6_addrlabel", "true"},
                            {"lvs_ipv6_addrlabel_value", "123"}};
    const std::string line = "prefix fd00:11::101/128 label 123";
    const AgentRun start = a.agent("start", labelled);
    ASSERT_EQ(start.exit_code, 0) << start.err;
    EXPECT_NE(a.must("ip addrlabel list").find(line), std::string::npos);
    // What it is for: the address is not the source of traffic to another network.
    a.must("ip -6 route add 2001:db8::/32 via fd00:11::9");
    EXPECT_NE(a.must("ip -6 route get 2001:db8::1").find("src fd00:11::1 "), std::string::npos);
    EXPECT_EQ(a.agent("monitor", labelled).exit_code, 0);
    a.must("ip addrlabel del prefix fd00:11::101/128 label 123");
    EXPECT_EQ(a.agent("monitor", labelled).reason, "address label 123 of fd00:11::101 is missing");
    EXPECT_EQ(a.agent("start", labelled).exit_code, 0);
    EXPECT_NE(a.must("ip addrlabel list").find(line), std::string::npos);
    EXPECT_EQ(a.agent("stop", labelled).exit_code, 0);
    EXPECT_EQ(a.must("ip addrlabel list").find(line), std::string::npos);
}

} // namespace
} // namespace twinsite::testing
