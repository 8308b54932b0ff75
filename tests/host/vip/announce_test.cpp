// Neighbours with a stale entry reach the new holder at once.
#include "tests/host/vip/world.hpp"

#include <twinsite/base/text.hpp>

#include <chrono>
#include <filesystem>

namespace twinsite::testing {
namespace {

using Announcement = World;

TEST_F(Announcement, replaces_a_stale_entry_of_both_families) {
    ASSERT_EQ(a.agent("start", two_families).exit_code, 0);
    ASSERT_TRUE(client.reaches("10.11.0.101"));
    ASSERT_TRUE(client.reaches("fd00:11::101"));
    ASSERT_EQ(client.neighbour("10.11.0.101"), a.mac());
    // The holder loses its power: nothing is taken back, nobody says goodbye.
    static_cast<void>(shell("ip link set port-a nomaster"));
    ASSERT_EQ(b.agent("start", two_families).exit_code, 0);
    EXPECT_EQ(client.neighbour("10.11.0.101"), b.mac());
    EXPECT_EQ(client.neighbour("fd00:11::101"), b.mac());
    EXPECT_TRUE(client.reaches("10.11.0.101"));
    EXPECT_TRUE(client.reaches("fd00:11::101"));
}

/// The announcements of one start, counted on the segment.
int announcements(const Host& host, const Settings& settings, const std::string& seconds) {
    static_cast<void>(shell("timeout " + seconds +
                            " tcpdump -l -n -i segment0 arp >/run/heard 2>/run/dump & "
                            "for i in $(seq 100); do grep -q listening /run/dump && break; "
                            "sleep 0.05; done"));
    EXPECT_EQ(host.agent("start", settings).exit_code, 0);
    static_cast<void>(shell("sleep " + seconds));
    const auto counted = shell("grep -c 'Request who-has 10.11.0.101 tell 10.11.0.101' /run/heard");
    return static_cast<int>(parse_integer(trim(counted.out), 0, 1000).value_or(-1));
}

TEST_F(Announcement, is_repeated_from_the_background_without_blocking) {
    const auto settings = with(one_address, {{"arp_count", "4"}, {"arp_interval", "100"}});
    EXPECT_EQ(announcements(a, settings, "2"), 4); // after 0, 100, 300 and 700 ms
}

TEST_F(Announcement, ends_with_the_address) {
    const auto settings = with(one_address, {{"arp_count", "9"}, {"arp_interval", "1000"}});
    ASSERT_EQ(a.agent("start", settings).exit_code, 0);
    ASSERT_TRUE(soon([&] { return a.guard() != 0; }));
    const std::string process = "/proc/" + std::to_string(a.guard());
    EXPECT_NE(shell("tr '\\0' ' ' <" + process + "/cmdline").out.find("vip guard"),
              std::string::npos);
    ASSERT_EQ(a.agent("stop", settings).exit_code, 0);
    // Its lock is free, so it sends nothing more; the kernel takes a moment to bury it.
    EXPECT_TRUE(soon([&] {
        return shell("test -e " + process + " && ! grep -q 'State:.Z' " + process + "/status")
                   .exit_code != 0;
    })) << "the background process is still there";
}

TEST_F(Announcement, ends_when_somebody_removes_the_address_by_hand) {
    const auto settings = with(one_address, {{"arp_count", "9"}, {"arp_interval", "1000"}});
    ASSERT_EQ(a.agent("start", settings).exit_code, 0);
    ASSERT_TRUE(soon([&] { return a.guard() != 0; }));
    a.must("ip address delete 10.11.0.101/24 dev eth0");
    ASSERT_EQ(b.agent("start", one_address).exit_code, 0);
    const std::string process = "/proc/" + std::to_string(a.guard());
    EXPECT_TRUE(soon([&] { return !std::filesystem::exists(process + "/exe"); }))
        << "it would draw the clients to this host";
    ASSERT_TRUE(client.reaches("10.11.0.101"));
    EXPECT_EQ(client.neighbour("10.11.0.101"), b.mac());
    EXPECT_EQ(b.agent("monitor", one_address).exit_code, 0) << "nobody contested it";
}

TEST_F(Announcement, follows_an_interface_that_changes_its_link_address) {
    const auto settings = with(one_address, {{"arp_count", "2"}, {"arp_interval", "60000"}});
    ASSERT_EQ(a.agent("start", settings).exit_code, 0);
    ASSERT_TRUE(soon([&] { return a.guard() != 0; }));
    ASSERT_TRUE(client.reaches("10.11.0.101"));
    a.must("ip link set eth0 address 02:00:00:00:0b:0b");
    EXPECT_TRUE(soon([&] { return client.neighbour("10.11.0.101") == "02:00:00:00:0b:0b"; }));
    EXPECT_EQ(a.agent("monitor", settings).exit_code, 0) << "it took itself for somebody else";
}

TEST_F(Announcement, can_be_waited_for) {
    const auto begin = std::chrono::steady_clock::now();
    const auto settings = with(one_address, {{"arp_count", "3"},
                                             {"arp_interval", "200"},
                                             {"arp_bg", "false"},
                                             {"arp_probe_count", "0"},
                                             {"conflict_watch", "false"}});
    ASSERT_EQ(a.agent("start", settings).exit_code, 0);
    EXPECT_GE(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(600));
    EXPECT_EQ(a.guard(), 0);
}

TEST_F(Announcement, is_repeated_by_each_monitor_when_told_to) {
    const auto settings = with(one_address, {{"arp_count_refresh", "2"}});
    ASSERT_EQ(a.agent("start", settings).exit_code, 0);
    client.must("ip neighbour replace 10.11.0.101 lladdr 02:00:00:00:00:01 dev eth0 nud stale");
    ASSERT_EQ(a.agent("monitor", settings).exit_code, 0);
    EXPECT_EQ(client.neighbour("10.11.0.101"), a.mac());
}

} // namespace
} // namespace twinsite::testing
