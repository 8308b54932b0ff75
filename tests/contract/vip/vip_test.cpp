// The built agent from outside. Whatever changes an interface runs inside the cached root, which
// has a network of its own.
#include "tests/support/ocf_agent_run.hpp"

#include <gtest/gtest.h>

namespace twinsite::testing {
namespace {

constexpr const char* storage = "ip link add storage0 type veth peer name switch0\n"
                                "ip link set switch0 up\n"
                                "ip link set storage0 up\n"
                                "ip address add 10.11.0.1/24 dev storage0";

TEST(VipContract, metadata_is_valid) {
    expect_valid_metadata("vip");
}

TEST(VipContract, passes_ocf_tester) {
    expect_ocf_tester_passes(
        {.agent = "vip",
         .parameters = {{"ip", "10.11.0.101"}, {"cidr_netmask", "24"}, {"nic", "storage0"}},
         .prepare = storage});
}

TEST(VipContract, passes_ocf_tester_with_the_address_alone) {
    expect_ocf_tester_passes(
        {.agent = "vip", .parameters = {{"ip", "10.11.0.101"}}, .prepare = storage});
}

struct BadInput {
    const char* name;
    Settings parameters;
    std::string reason;
};

class VipBadInput : public ::testing::TestWithParam<BadInput> {};

/// Every action but stop says the same, so that the mistake is found before the first start.
TEST_P(VipBadInput, is_not_configured_and_says_what_is_wrong) {
    for (const char* action : {"validate-all", "start", "monitor"}) {
        const AgentRun run = run_agent("vip", action, GetParam().parameters);
        EXPECT_EQ(run.exit_code, 6) << action;
        EXPECT_EQ(run.reason, GetParam().reason) << action;
    }
}

INSTANTIATE_TEST_SUITE_P(
    Each, VipBadInput,
    ::testing::Values(
        BadInput{"no_address", {}, "parameter ip is required and not set"},
        BadInput{"no_address_at_all",
                 {{"ip", "not_ip_address"}},
                 "parameter ip: \"not_ip_address\" is no IPv4 or IPv6 address"},
        BadInput{"octet_too_large",
                 {{"ip", "10.0.0.256"}},
                 "parameter ip: \"10.0.0.256\" is no IPv4 or IPv6 address"},
        BadInput{
            "multicast", {{"ip", "224.0.0.1"}}, "parameter ip: 224.0.0.1 is a multicast address"},
        BadInput{"unspecified", {{"ip", "0.0.0.0"}}, "parameter ip: 0.0.0.0 means no address"},
        BadInput{"broadcast",
                 {{"ip", "255.255.255.255"}},
                 "parameter ip: 255.255.255.255 is the broadcast address"},
        BadInput{"same_twice",
                 {{"ip", "10.0.0.1 10.0.0.1/24"}},
                 "parameter ip: 10.0.0.1 is there twice"},
        BadInput{"prefix_too_long",
                 {{"ip", "10.0.0.1"}, {"cidr_netmask", "33"}},
                 "parameter cidr_netmask: 33 is not between 0 and 32"},
        BadInput{"prefix_no_number",
                 {{"ip", "10.0.0.1"}, {"cidr_netmask", "not_netmask"}},
                 "parameter cidr_netmask: \"not_netmask\" is not a whole number"},
        BadInput{"own_prefix_too_long",
                 {{"ip", "fd00::1/129"}},
                 "parameter ip: 129 is not between 0 and 128"},
        BadInput{"broadcast_no_address",
                 {{"ip", "10.0.0.1"}, {"broadcast", "not_broadcast"}},
                 "parameter broadcast: \"not_broadcast\" is no IPv4 or IPv6 address"},
        BadInput{"label_too_long",
                 {{"ip", "10.0.0.1"}, {"nic", "storage0"}, {"iflabel", "toolong"}},
                 "parameter iflabel: \"toolong\" is longer than 6 characters"},
        BadInput{"interface_is_a_path",
                 {{"ip", "10.0.0.1"}, {"nic", "../etc"}},
                 "parameter nic: \"../etc\" contains blanks or slashes"},
        BadInput{"link_local_without_interface",
                 {{"ip", "fe80::5"}},
                 "fe80::5 is a link-local address: parameter nic must say which link"},
        BadInput{"lifetime_no_number",
                 {{"ip", "10.0.0.1"}, {"preferred_lft", "soon"}},
                 "parameter preferred_lft: \"soon\" is not a whole number"},
        BadInput{"no_announcement",
                 {{"ip", "10.0.0.1"}, {"arp_count", "0"}},
                 "parameter arp_count: 0 is not between 1 and 100"},
        BadInput{"namespace_is_a_path",
                 {{"ip", "10.0.0.1"}, {"network_namespace", "a/b"}},
                 "parameter network_namespace: \"a/b\" contains blanks or slashes"}),
    [](const auto& each) { return each.param.name; });

TEST(VipContract, a_probe_without_the_interface_is_not_running) {
    const AgentRun run = run_agent("vip", "monitor", {{"ip", "10.11.0.101"}, {"nic", "absent0"}});
    EXPECT_EQ(run.exit_code, 7) << run.err;
}

TEST(VipContract, a_monitor_without_the_interface_is_a_failure) {
    const AgentRun run =
        run_agent("vip", "monitor",
                  {{"ip", "10.11.0.101"}, {"nic", "absent0"}, {"CRM_meta_interval", "10000"}});
    EXPECT_EQ(run.exit_code, 1) << run.err;
    EXPECT_EQ(run.reason, "interface absent0: No such device");
}

TEST(VipContract, a_stop_of_nothing_succeeds) {
    EXPECT_EQ(run_agent("vip", "stop", {{"ip", "10.11.0.101"}, {"nic", "absent0"}}).exit_code, 0);
    EXPECT_EQ(run_agent("vip", "stop", {{"ip", "nonsense"}}).exit_code, 0);
}

TEST(VipContract, a_start_without_the_interface_says_so) {
    const AgentRun run = run_agent("vip", "start", {{"ip", "10.11.0.101/24"}, {"nic", "absent0"}});
    EXPECT_EQ(run.exit_code, 1);
    EXPECT_EQ(run.reason, "interface absent0: No such device");
}

} // namespace
} // namespace twinsite::testing
