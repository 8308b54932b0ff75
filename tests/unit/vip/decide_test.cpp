#include "agents/vip/decide.hpp"

#include <gtest/gtest.h>

namespace twinsite::vip {
namespace {

using network::AssignedAddress;
using network::Route;

network::IpAddress ip(std::string_view text) {
    return network::parse_ip_address(text).value();
}

WantedAddress wanted(std::string_view text, std::optional<unsigned> prefix = {}) {
    return {.address = ip(text), .prefix = prefix};
}

AssignedAddress on(unsigned interface, std::string_view text, unsigned prefix) {
    return {.interface = interface, .address = ip(text), .prefix = prefix};
}

Route direct(std::string_view text, unsigned prefix, unsigned interface, std::uint32_t metric = 0) {
    return {.destination = ip(text), .prefix = prefix, .interface = interface, .metric = metric};
}

constexpr unsigned home = 3;

Observation node(std::vector<AssignedAddress> addresses) {
    Observation seen;
    seen.interface = network::Interface{.index = home, .name = "storage0"};
    seen.others = {{.index = 4, .name = "other0"}};
    seen.addresses = std::move(addresses);
    return seen;
}

struct Case {
    const char* name;
    std::vector<AssignedAddress> there;
    Standing standing;
    const char* reason;
};

class Assess : public ::testing::TestWithParam<Case> {};

TEST_P(Assess, tells_where_the_addresses_are) {
    const std::vector<WantedAddress> both{wanted("192.0.2.7", 24), wanted("fd00::7")};
    const auto assessment = assess(both, node(GetParam().there));
    EXPECT_EQ(assessment.standing, GetParam().standing);
    EXPECT_EQ(assessment.reason, GetParam().reason);
}

AssignedAddress duplicate() {
    AssignedAddress address = on(home, "fd00::7", 64);
    address.duplicate = true;
    return address;
}

INSTANTIATE_TEST_SUITE_P(
    Each, Assess,
    ::testing::Values(
        Case{"nothing", {}, Standing::stopped, ""},
        Case{"both", {on(home, "192.0.2.7", 24), on(home, "fd00::7", 64)}, Standing::running, ""},
        Case{"any_prefix_where_none_is_wanted",
             {on(home, "192.0.2.7", 24), on(home, "fd00::7", 128)},
             Standing::running,
             ""},
        Case{"one", {on(home, "192.0.2.7", 24)}, Standing::faulty, "fd00::7 is missing"},
        Case{"wrong_prefix",
             {on(home, "192.0.2.7", 32), on(home, "fd00::7", 64)},
             Standing::faulty,
             "192.0.2.7 is on storage0 with prefix length 32"},
        Case{"right_and_wrong_prefix",
             {on(home, "192.0.2.7", 32), on(home, "192.0.2.7", 24), on(home, "fd00::7", 64)},
             Standing::running,
             ""},
        Case{"elsewhere_only",
             {on(4, "192.0.2.7", 24), on(4, "fd00::7", 64)},
             Standing::stopped,
             ""},
        Case{"one_elsewhere",
             {on(4, "192.0.2.7", 24), on(home, "fd00::7", 64)},
             Standing::faulty,
             "192.0.2.7 is on interface other0"},
        Case{"here_and_elsewhere",
             {on(4, "192.0.2.7", 24), on(home, "192.0.2.7", 24), on(home, "fd00::7", 64)},
             Standing::running,
             ""},
        Case{"neighbours_of_it",
             {on(home, "192.0.2.70", 24), on(home, "192.0.2.17", 24)},
             Standing::stopped,
             ""},
        Case{"duplicate",
             {on(home, "192.0.2.7", 24), duplicate()},
             Standing::faulty,
             "another machine uses fd00::7: the kernel found a duplicate"}),
    [](const auto& each) { return each.param.name; });

TEST(ConnectedRoute, is_the_longest_then_the_cheapest_then_the_first_interface) {
    const std::vector<Route> routes{
        direct("192.0.0.0", 16, 1),
        direct("192.0.2.0", 24, 9, 100),
        direct("192.0.2.0", 24, 8, 50),
        direct("192.0.2.0", 24, 7, 50),
        {.destination = ip("192.0.2.0"), .prefix = 28, .interface = 2, .gateway = ip("10.0.0.1")},
        direct("0.0.0.0", 0, 3)};
    EXPECT_EQ(connected_route(routes, ip("192.0.2.7"), 0)->interface, 7U);
    EXPECT_EQ(connected_route(routes, ip("192.0.9.7"), 0)->interface, 1U);
    EXPECT_EQ(connected_route(routes, ip("192.0.2.7"), 9)->metric, 100U);
    EXPECT_EQ(connected_route(routes, ip("198.51.100.1"), 0), nullptr) << "default is no network";
    EXPECT_EQ(connected_route(routes, ip("fd00::1"), 0), nullptr);
}

Settings settings_for(WantedAddress address) {
    Settings settings;
    settings.addresses = {address};
    return settings;
}

TEST(Complete, takes_the_prefix_of_the_connected_route) {
    Observation seen = node({});
    seen.routes = {direct("192.0.2.0", 25, home)};
    const auto addresses = complete(settings_for(wanted("192.0.2.7")), seen);
    ASSERT_TRUE(addresses);
    EXPECT_EQ(addresses->front().prefix, 25U);
    EXPECT_EQ(addresses->front().broadcast, ip("192.0.2.127"));
    seen.routes.clear();
    EXPECT_EQ(complete(settings_for(wanted("192.0.2.7")), seen).error().message,
              "storage0 has no connected route to 192.0.2.7: set cidr_netmask");
}

TEST(Complete, knows_the_prefixes_that_need_no_route) {
    EXPECT_EQ(complete(settings_for(wanted("fe80::7")), node({}))->front().prefix, 64U);
    EXPECT_EQ(complete(settings_for(wanted("fe80::7")), node({}))->front().scope,
              network::Scope::link);
    Observation loopback = node({});
    loopback.interface->loopback = true;
    EXPECT_EQ(complete(settings_for(wanted("127.0.0.3")), loopback)->front().prefix, 32U);
    EXPECT_EQ(complete(settings_for(wanted("127.0.0.3")), loopback)->front().scope,
              network::Scope::host);
}

TEST(Complete, gives_a_broadcast_only_where_there_can_be_one) {
    Settings settings = settings_for(wanted("192.0.2.7", 31));
    EXPECT_EQ(complete(settings, node({}))->front().broadcast, std::nullopt);
    settings = settings_for(wanted("192.0.2.7", 24));
    settings.broadcast = Broadcast::all_zeros;
    EXPECT_EQ(complete(settings, node({}))->front().broadcast, ip("192.0.2.0"));
    settings.broadcast = Broadcast::none;
    EXPECT_EQ(complete(settings, node({}))->front().broadcast, std::nullopt);
    EXPECT_EQ(complete(settings_for(wanted("fd00::7", 64)), node({}))->front().broadcast,
              std::nullopt);
}

TEST(Complete, checks_the_label_with_the_interfaces_real_name) {
    Settings settings = settings_for(wanted("192.0.2.7", 24));
    settings.label = "sixsix";
    EXPECT_EQ(complete(settings, node({}))->front().label, "storage0:sixsix");
    settings.label = "sevense";
    EXPECT_EQ(complete(settings, node({})).error().message,
              "label storage0:sevense is longer than 15 characters");
}

TEST(MayStart, only_where_nobody_else_put_the_address) {
    const std::vector<WantedAddress> one{wanted("192.0.2.7", 24)};
    const auto may = [&](std::vector<AssignedAddress> there) {
        const Observation seen = node(std::move(there));
        return may_start(assess(one, seen), seen);
    };
    EXPECT_TRUE(may({}));
    EXPECT_TRUE(may({on(home, "192.0.2.7", 24)}));
    EXPECT_EQ(may({on(4, "192.0.2.7", 24)}).error().kind, ErrorKind::conflict);
    EXPECT_EQ(may({on(home, "192.0.2.7", 32)}).error().kind, ErrorKind::conflict);
}

TEST(LinkTrouble, names_what_hinders_packets) {
    network::Interface interface { .index = 1, .name = "storage0" };
    EXPECT_EQ(link_trouble(interface), "is down");
    interface.up = true;
    EXPECT_EQ(link_trouble(interface), "has no carrier");
    interface.carrier = true;
    EXPECT_EQ(link_trouble(interface), "") << "many drivers leave the state unknown";
    interface.operation = network::Operation::dormant;
    EXPECT_EQ(link_trouble(interface), "is dormant: its link is not authorized yet");
    interface.operation = network::Operation::up;
    EXPECT_EQ(link_trouble(interface), "");
}

} // namespace
} // namespace twinsite::vip
