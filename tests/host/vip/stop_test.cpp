// Stop removes exactly what start added.
#include "tests/host/vip/world.hpp"

#include <csignal>

namespace twinsite::testing {
namespace {

using Stop = World;

TEST_F(Stop, leaves_the_other_addresses_of_the_network) {
    a.must("ip address flush dev eth0 scope global");
    ASSERT_EQ(a.must("cat /proc/sys/net/ipv4/conf/eth0/promote_secondaries"), "0");
    ASSERT_EQ(a.agent("start", one_address).exit_code, 0); // the first of its network: primary
    a.must("ip address add 10.11.0.102/24 dev eth0");      // secondary to it
    ASSERT_EQ(a.agent("stop", one_address).exit_code, 0);
    EXPECT_TRUE(a.has("10.11.0.102/24"));
    EXPECT_EQ(a.must("cat /proc/sys/net/ipv4/conf/eth0/promote_secondaries"), "0");
}

TEST_F(Stop, goes_by_the_record_when_the_parameters_have_changed) {
    ASSERT_EQ(a.agent("start", one_address).exit_code, 0);
    EXPECT_EQ(a.agent("stop", {{"ip", "10.11.0.55"}, {"nic", "absent0"}}).exit_code, 0);
    EXPECT_FALSE(a.has("10.11.0.101/24"));
}

TEST_F(Stop, goes_by_the_parameters_when_the_record_is_gone_or_damaged) {
    for (const char* harm : {"rm /run/a/twinsite-vip-address_red",
                             "echo nonsense > /run/a/twinsite-vip-address_red"}) {
        ASSERT_EQ(a.agent("start", one_address).exit_code, 0);
        a.must(harm);
        EXPECT_EQ(a.agent("monitor", one_address).exit_code, 0);
        EXPECT_EQ(a.agent("stop", one_address).exit_code, 0);
        EXPECT_FALSE(a.has("10.11.0.101/24"));
        EXPECT_EQ(a.agent("monitor", one_address).exit_code, 7);
    }
}

TEST_F(Stop, leaves_the_nodes_own_address_that_somebody_made_the_resource_of) {
    const Settings mistaken{{"ip", "10.11.0.1"}, {"cidr_netmask", "32"}, {"nic", "eth0"}};
    ASSERT_TRUE(a.has("10.11.0.1/24"));
    EXPECT_EQ(a.agent("monitor", with(mistaken, {{"CRM_meta_interval", "0"}})).exit_code, 7);
    EXPECT_EQ(a.agent("start", mistaken).exit_code, 1);
    EXPECT_EQ(a.agent("stop", mistaken).exit_code, 0);
    EXPECT_TRUE(a.has("10.11.0.1/24"));
}

TEST_F(Stop, in_a_namespace_that_cannot_exist_succeeds) {
    EXPECT_EQ(a.agent("stop", with(one_address, {{"network_namespace", "a/b"}})).exit_code, 0);
}

TEST_F(Stop, ends_a_frozen_background_process) {
    ASSERT_EQ(a.agent("start", one_address).exit_code, 0);
    ASSERT_TRUE(soon([&] { return a.guard() != 0; }));
    ASSERT_EQ(::kill(a.guard(), SIGSTOP), 0);
    EXPECT_EQ(a.agent("stop", one_address).exit_code, 0);
    EXPECT_EQ(a.guard(), 0);
}

TEST_F(Stop, works_after_a_start_that_was_killed_at_any_moment) {
    for (const char* moment : {"0.001", "0.005", "0.05", "0.2", "0.3", "0.31", "0.33"}) {
        static_cast<void>(
            a.run(std::string("timeout -s KILL ") + moment +
                  " env OCF_RESOURCE_INSTANCE=address_red HA_RSCTMP=/run/a "
                  "OCF_RESKEY_ip='10.11.0.101/24 fd00:11::101/64' OCF_RESKEY_nic=eth0 "
                  "OCF_RESKEY_rule_table=77 /usr/lib/ocf/resource.d/twinsite/vip start"));
        EXPECT_EQ(a.agent("stop", two_families).exit_code, 0) << moment;
        EXPECT_EQ(a.agent("monitor", two_families).exit_code, 7) << moment;
        EXPECT_EQ(a.must("ip rule show").find("lookup 77"), std::string::npos) << moment;
        EXPECT_EQ(a.must("ls /run/a 2>/dev/null || true"), "") << moment;
    }
}

/// A server on HOST's address and a client connected to it; the client writes how its read ended.
void connect(const Host& server, const Host& client, const std::string& address) {
    static_cast<void>(server.run(
        "python3 -c \"\nimport socket,time\ns=socket.create_server(('" + address +
        "',5000),family=socket.AF_INET6 if ':' in '" + address +
        "' else socket.AF_INET)\nopen('/run/listening','w')\nc,_=s.accept()\ntime.sleep(60)\n\" "
        ">/dev/null 2>&1 & for i in $(seq 100); do test -e /run/listening && break; sleep 0.05; "
        "done; rm -f /run/listening"));
    static_cast<void>(client.run(
        "rm -f /run/ended; python3 -c \"\nimport socket\nc=socket.create_connection(('" + address +
        "',5000),5)\nc.settimeout(5)\nopen('/run/connected','w')\ntry:\n  c.recv(1)\n  r='eof'\n"
        "except ConnectionResetError:\n  r='reset'\nexcept TimeoutError:\n  r='silence'\n"
        "open('/run/ended','w').write(r)\n\" >/dev/null 2>&1 & for i in $(seq 100); do test -e "
        "/run/connected && break; sleep 0.05; done; rm -f /run/connected"));
}

TEST_F(Stop, resets_connections_when_told_to) {
    const Settings settings = with(two_families, {{"reset_connections", "true"}});
    for (const std::string address : {"10.11.0.101", "fd00:11::101"}) {
        ASSERT_EQ(a.agent("start", settings).exit_code, 0);
        connect(a, client, address);
        ASSERT_EQ(a.agent("stop", settings).exit_code, 0);
        EXPECT_TRUE(soon([&] { return shell("cat /run/ended").out == "reset"; }))
            << address << ": " << shell("cat /run/ended").out;
    }
}

TEST_F(Stop, leaves_connections_of_other_addresses) {
    const Settings settings = with(one_address, {{"reset_connections", "true"}});
    ASSERT_EQ(a.agent("start", settings).exit_code, 0);
    connect(a, client, "10.11.0.1");
    ASSERT_EQ(a.agent("stop", settings).exit_code, 0);
    EXPECT_NE(a.must("ss -Htn state established").find("10.11.0.1:5000"), std::string::npos);
}

TEST_F(Stop, a_changed_parameter_takes_effect_without_a_restart) {
    ASSERT_EQ(a.agent("start", one_address).exit_code, 0);
    ASSERT_TRUE(soon([&] { return a.guard() != 0; }));
    EXPECT_EQ(a.agent("reload-agent", with(one_address, {{"conflict_watch", "false"}})).exit_code,
              0);
    EXPECT_EQ(a.guard(), 0);
    EXPECT_TRUE(a.has("10.11.0.101/24"));
    EXPECT_EQ(a.agent("reload-agent", one_address).exit_code, 0);
    EXPECT_TRUE(soon([&] { return a.guard() != 0; }));
}

} // namespace
} // namespace twinsite::testing
