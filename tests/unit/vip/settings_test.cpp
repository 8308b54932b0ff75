#include "agents/vip/description.hpp"
#include "agents/vip/settings.hpp"
#include "tests/support/fake_clock.hpp"

#include <gtest/gtest.h>

namespace twinsite::vip {
namespace {

Result<Settings> read(const std::map<std::string, std::string>& parameters) {
    testing::FakeClock clock;
    ocf::Environment environment;
    for (const auto& [name, value] : parameters) {
        environment.emplace("OCF_RESKEY_" + name, value);
    }
    const auto request = ocf::parse_request(description(), "start", environment, clock);
    return request ? read_settings(*request) : Result<Settings>(fail(request.error()));
}

std::string mistake(const std::map<std::string, std::string>& parameters) {
    const auto settings = read(parameters);
    if (settings) {
        return "";
    }
    EXPECT_EQ(settings.error().kind, ErrorKind::invalid_config);
    return settings.error().message;
}

TEST(Settings, a_netmask_is_for_the_addresses_without_their_own_prefix) {
    const auto one = read({{"ip", "10.0.0.1/16 10.0.0.2"}, {"cidr_netmask", "24"}});
    EXPECT_EQ(one->addresses.at(0).prefix, 16U);
    EXPECT_EQ(one->addresses.at(1).prefix, 24U);
    const auto ipv6 = read({{"ip", "fd00::1"}, {"cidr_netmask", "64"}});
    EXPECT_EQ(ipv6->addresses.at(0).prefix, 64U);
    const auto both = read({{"ip", "10.0.0.1,fd00::1"}, {"cidr_netmask", "24"}});
    EXPECT_EQ(both->addresses.at(0).prefix, 24U);
    EXPECT_EQ(both->addresses.at(1).prefix, std::nullopt) << "24 means the IPv4 address";
}

TEST(Settings, a_label_may_stand_behind_the_interface) {
    const auto old = read({{"ip", "10.0.0.1"}, {"nic", "eth0:web"}, {"iflabel", "ignored"}});
    EXPECT_EQ(old->nic, "eth0");
    EXPECT_EQ(old->label, "web");
    EXPECT_EQ(mistake({{"ip", "10.0.0.1"}, {"nic", "eth0"}, {"iflabel", "eleven-long"}}),
              "parameter iflabel: \"eleven-long\" is longer than 10 characters");
    EXPECT_EQ(mistake({{"ip", "10.0.0.1"}, {"nic", "eth0"}, {"iflabel", "exactly-10"}}), "");
    EXPECT_EQ(mistake({{"ip", "10.0.0.1"}, {"iflabel", "a b"}}),
              "parameter iflabel: \"a b\" contains blanks or slashes");
}

TEST(Settings, broadcast_has_ippaddr2s_signs) {
    EXPECT_EQ(read({{"ip", "10.0.0.1"}})->broadcast, Broadcast::all_ones);
    EXPECT_EQ(read({{"ip", "10.0.0.1"}, {"broadcast", "+"}})->broadcast, Broadcast::all_ones);
    EXPECT_EQ(read({{"ip", "10.0.0.1"}, {"broadcast", "-"}})->broadcast, Broadcast::all_zeros);
    EXPECT_EQ(read({{"ip", "10.0.0.1"}, {"broadcast", "none"}})->broadcast, Broadcast::none);
    EXPECT_EQ(mistake({{"ip", "10.0.0.1"}, {"broadcast", "fd00::1"}}),
              "parameter broadcast: IPv6 has no broadcast addresses");
}

TEST(Settings, routes_are_in_the_words_of_ip_route) {
    const auto settings = read({{"ip", "192.0.2.7 fd00::7"},
                                {"routes", "default via 192.0.2.1 table 7 metric 5, 10.0.0.0/8 via "
                                           "192.0.2.2,2001:db8::/32 via fd00::1, 10.9.9.9"}});
    ASSERT_TRUE(settings) << settings.error().message;
    const auto& routes = settings->routes;
    ASSERT_EQ(routes.size(), 4U);
    EXPECT_EQ(routes[0].prefix, 0U);
    EXPECT_EQ(routes[0].table, 7U);
    EXPECT_EQ(routes[0].metric, 5U);
    EXPECT_EQ(routes[1].prefix, 8U);
    EXPECT_EQ(routes[2].destination.family(), network::Family::ipv6);
    EXPECT_EQ(routes[3].prefix, 32U);
    EXPECT_EQ(routes[3].gateway, std::nullopt);
}

TEST(Settings, a_bad_route_is_told) {
    const auto told = [](const char* routes) {
        return mistake({{"ip", "192.0.2.7"}, {"routes", routes}});
    };
    EXPECT_EQ(told("default"), "parameter routes: default needs \"via GATEWAY\"");
    EXPECT_EQ(told("10.0.0.1/8 via 192.0.2.1"),
              "parameter routes: 10.0.0.1/8 has bits set behind its prefix");
    EXPECT_EQ(told("10.0.0.0/8 via"), "parameter routes: \"via\" has no value");
    EXPECT_EQ(told("10.0.0.0/8 dev eth0"),
              "parameter routes: \"dev\" is none of via, metric, table");
    EXPECT_EQ(told("10.0.0.0/8 via fd00::1"),
              "parameter routes: destination and gateway are of two families");
    EXPECT_EQ(told("2001:db8::/32 via fd00::1"),
              "parameter routes: ip has no address of the family of 2001:db8::");
    EXPECT_EQ(told("10.0.0.0/8 table 255"), "parameter routes: table 255 is the kernel's own");
}

TEST(Settings, lifetimes_are_seconds_or_forever) {
    EXPECT_EQ(read({{"ip", "10.0.0.1"}})->preferred_lifetime, network::lifetime_forever);
    EXPECT_EQ(read({{"ip", "10.0.0.1"}, {"preferred_lft", "0"}})->preferred_lifetime, 0U);
    EXPECT_NE(mistake({{"ip", "10.0.0.1"}, {"preferred_lft", "4294967295"}}), "");
    EXPECT_NE(mistake({{"ip", "10.0.0.1"}, {"preferred_lft", "-1"}}), "");
}

} // namespace
} // namespace twinsite::vip
