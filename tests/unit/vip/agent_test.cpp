// The agent's actions on a node that is a small state machine.
#include "tests/unit/vip/agent_fixture.hpp"

#include <gmock/gmock.h>

namespace twinsite::vip {
namespace {

using network::AssignedAddress;
using Agent = AgentFixture;

TEST_F(Agent, start_asks_adds_announces_and_leaves_a_guard) {
    EXPECT_EQ(act("start").code, ExitCode::success);
    EXPECT_EQ(segment.probes, 3U);
    EXPECT_EQ(network.changes, (std::vector<std::string>{"add 192.0.2.7/24", "add fd00::7/64"}));
    EXPECT_EQ(segment.announced, (std::vector<std::string>{"192.0.2.7", "fd00::7"}));
    EXPECT_TRUE(guard.running);
    EXPECT_EQ(guard.plan->announcements, 4U);
    EXPECT_TRUE(network.assigned.front().no_dad) << "the segment was asked already";
    EXPECT_EQ(act("monitor").code, ExitCode::success);
}

TEST_F(Agent, start_of_what_runs_changes_nothing_and_announces_again) {
    ASSERT_EQ(act("start").code, ExitCode::success);
    network.changes.clear();
    segment.announced.clear();
    segment.probes = 0;
    EXPECT_EQ(act("start").code, ExitCode::success);
    EXPECT_TRUE(network.changes.empty());
    EXPECT_EQ(segment.probes, 0U);
    EXPECT_EQ(segment.announced.size(), 2U);
}

TEST_F(Agent, start_takes_nothing_that_somebody_answers_for) {
    segment.claims = {{.address = network::parse_ip_address("fd00::7").value(),
                       .by = network.by_index[4].link_address}};
    const Outcome start = act("start");
    EXPECT_EQ(start.code, ExitCode::error);
    EXPECT_EQ(start.reason,
              "fd00::7 is in use by 52:54:00:00:00:04 on storage0's network: not taken");
    EXPECT_TRUE(network.changes.empty());
    EXPECT_FALSE(record.read());
    EXPECT_FALSE(guard.running);
}

TEST_F(Agent, start_takes_nothing_when_it_could_not_ask) {
    segment.failure = Error{ErrorKind::unreachable, "the network is down"};
    EXPECT_EQ(act("start").code, ExitCode::error);
    EXPECT_TRUE(network.changes.empty());
}

TEST_F(Agent, start_undoes_what_it_added_when_the_rest_fails) {
    network.failures = {{"add fd00::7", {ErrorKind::permission, "adding fd00::7: not permitted"}}};
    const Outcome start = act("start");
    EXPECT_EQ(start.code, ExitCode::permission);
    EXPECT_EQ(start.reason, "adding fd00::7: not permitted");
    EXPECT_TRUE(network.assigned.empty());
    EXPECT_FALSE(record.read());
    EXPECT_EQ(act("monitor", {{"CRM_meta_interval", "0"}}).code, ExitCode::not_running);
}

TEST_F(Agent, start_records_all_of_it_before_it_changes_anything) {
    unsigned changes = 0;
    network.before_change = [&] {
        ++changes;
        const auto recorded = record.read();
        ASSERT_TRUE(recorded);
        EXPECT_EQ(recorded->addresses.size(), 2U);
        EXPECT_EQ(recorded->rules.size(), 2U);
    };
    EXPECT_EQ(act("start", {{"rule_table", "77"}}).code, ExitCode::success);
    EXPECT_EQ(changes, 4U);
}

TEST_F(Agent, start_adds_only_what_is_missing) {
    network.assigned = {
        {.interface = 3, .address = network::parse_ip_address("192.0.2.7").value(), .prefix = 24}};
    EXPECT_EQ(act("start").code, ExitCode::success);
    EXPECT_EQ(network.changes, std::vector<std::string>{"add fd00::7/64"});
}

TEST_F(Agent, start_waits_for_a_link_and_then_says_what_is_wrong_with_it) {
    network.by_index[3].carrier = false;
    const TimePoint before = clock.now();
    const Outcome start = act("start");
    EXPECT_EQ(start.code, ExitCode::error);
    EXPECT_EQ(start.reason, "interface storage0 has no carrier");
    EXPECT_EQ(clock.now() - before, std::chrono::seconds(5));
    EXPECT_TRUE(network.changes.empty());
    EXPECT_EQ(act("start", {{"check_link_status", "no"}}).code, ExitCode::success);
}

TEST_F(Agent, start_waits_for_announcements_when_told_to) {
    const TimePoint before = clock.now();
    EXPECT_EQ(act("start", {{"arp_bg", "no"}, {"arp_count", "3"}}).code, ExitCode::success);
    EXPECT_EQ(clock.now() - before, std::chrono::milliseconds(200 + 400));
    EXPECT_EQ(segment.announced.size(), 6U);
    EXPECT_EQ(guard.plan->announcements, 0U);
}

TEST_F(Agent, monitor_does_not_call_unknown_stopped) {
    network.failures = {{"addresses", {ErrorKind::protocol, "the tables kept changing"}}};
    for (const char* interval : {"0", "10000"}) {
        EXPECT_EQ(act("monitor", {{"CRM_meta_interval", interval}}).code, ExitCode::error);
    }
    EXPECT_EQ(act("stop").code, ExitCode::error);
}

TEST_F(Agent, monitor_reports_a_conflict_once) {
    ASSERT_EQ(act("start").code, ExitCode::success);
    const ConflictReport seen{.address = network::parse_ip_address("192.0.2.7").value(),
                              .by = "52:54:00:aa:bb:cc",
                              .packets = 2};
    guard.report = seen;
    EXPECT_EQ(act("monitor", {{"CRM_meta_interval", "0"}}).code, ExitCode::success) << "a probe";
    const Outcome monitor = act("monitor");
    EXPECT_EQ(monitor.code, ExitCode::degraded);
    EXPECT_EQ(monitor.reason, "192.0.2.7 is also used by 52:54:00:aa:bb:cc (2 packets since the "
                              "last monitor)");
    EXPECT_EQ(act("monitor").code, ExitCode::success);
    guard.report = seen;
    EXPECT_EQ(act("monitor", {{"on_conflict", "fail"}}).code, ExitCode::error);
}

TEST_F(Agent, monitor_says_why_an_address_was_given_up) {
    ASSERT_EQ(act("start").code, ExitCode::success);
    network.assigned.clear();
    guard.report = ConflictReport{.address = network::parse_ip_address("192.0.2.7").value(),
                                  .by = "52:54:00:aa:bb:cc",
                                  .packets = 1,
                                  .given_up = true};
    const Outcome monitor = act("monitor");
    EXPECT_EQ(monitor.code, ExitCode::not_running);
    EXPECT_EQ(monitor.reason,
              "52:54:00:aa:bb:cc answered for 192.0.2.7 after this node was frozen: given up");
}

TEST_F(Agent, monitor_replaces_a_lost_guard_unless_none_is_wanted) {
    ASSERT_EQ(act("start").code, ExitCode::success);
    guard.running = false;
    EXPECT_EQ(act("monitor", {{"conflict_watch", "no"}}).code, ExitCode::success);
    EXPECT_FALSE(guard.running);
    EXPECT_EQ(act("monitor").code, ExitCode::success);
    EXPECT_TRUE(guard.running);
    EXPECT_EQ(guard.plan->announcements, 0U);
}

TEST_F(Agent, a_deep_monitor_needs_one_answer) {
    ASSERT_EQ(act("start").code, ExitCode::success);
    level = "10";
    EXPECT_EQ(act("monitor", {{"check_peer", "192.0.2.1 192.0.2.2"}}).reason,
              "no answer from 192.0.2.1, 192.0.2.2 on storage0");
    segment.answering = {"192.0.2.2"};
    EXPECT_EQ(act("monitor", {{"check_peer", "192.0.2.1 192.0.2.2"}}).code, ExitCode::success);
}

TEST_F(Agent, stop_removes_what_start_added_and_nothing_else) {
    network.route_list = {{.destination = network::parse_ip_address("10.0.0.0").value(),
                           .prefix = 8,
                           .interface = 3,
                           .gateway = network::parse_ip_address("192.0.2.1").value()}};
    const auto before = network.route_list;
    network.assigned = {
        {.interface = 3, .address = network::parse_ip_address("192.0.2.9").value(), .prefix = 24}};
    ASSERT_EQ(act("start", {{"routes", "10.0.0.0/8 via 192.0.2.1, 10.9.0.0/16 via 192.0.2.1"},
                            {"rule_table", "77"}})
                  .code,
              ExitCode::success);
    EXPECT_EQ(network.route_list.size(), 2U);
    EXPECT_EQ(network.rule_list.size(), 2U);
    EXPECT_EQ(act("stop").code, ExitCode::success);
    EXPECT_EQ(network.route_list, before) << "it was there before us";
    EXPECT_TRUE(network.rule_list.empty());
    EXPECT_EQ(network.assigned.size(), 1U);
    EXPECT_FALSE(guard.running);
    EXPECT_FALSE(record.read());
}

TEST_F(Agent, stop_succeeds_when_the_interface_is_gone) {
    ASSERT_EQ(act("start").code, ExitCode::success);
    network.by_index.erase(3);
    network.assigned.clear();
    EXPECT_EQ(act("monitor").reason, "interface storage0: No such device");
    EXPECT_EQ(act("stop").code, ExitCode::success);
    EXPECT_FALSE(guard.running);
}

TEST_F(Agent, stop_is_not_hindered_by_a_guard_that_hangs) {
    ASSERT_EQ(act("start").code, ExitCode::success);
    guard.hangs = true;
    EXPECT_EQ(act("stop").code, ExitCode::success);
    EXPECT_TRUE(network.assigned.empty());
    EXPECT_FALSE(record.read()) << "its end ends the guard";
}

TEST_F(Agent, stop_fails_when_an_address_cannot_be_removed) {
    ASSERT_EQ(act("start").code, ExitCode::success);
    network.failures = {{"remove 192.0.2.7", {ErrorKind::permission, "not permitted"}}};
    EXPECT_EQ(act("stop").code, ExitCode::permission);
    EXPECT_TRUE(record.read()) << "the next stop must still know";
}

TEST_F(Agent, stop_leaves_an_address_that_somebody_put_on_another_interface) {
    network.assigned = {
        {.interface = 4, .address = network::parse_ip_address("192.0.2.7").value(), .prefix = 24}};
    EXPECT_EQ(act("stop").code, ExitCode::success);
    EXPECT_EQ(network.assigned.size(), 1U);
}

AssignedAddress own_address(unsigned prefix) {
    return {.interface = 3,
            .address = network::parse_ip_address("192.0.2.7").value(),
            .prefix = prefix};
}

TEST_F(Agent, the_nodes_own_address_with_another_prefix_length_is_not_running_and_stays) {
    network.assigned = {own_address(25)};
    const std::map<std::string, std::string> one{{"ip", "192.0.2.7/24"}};
    auto probe = one;
    probe["CRM_meta_interval"] = "0";
    const Outcome probed = act("monitor", probe);
    EXPECT_EQ(probed.code, ExitCode::not_running);
    EXPECT_EQ(probed.reason,
              "192.0.2.7 is on storage0 with prefix length 25, and not by this resource");
    EXPECT_EQ(act("start", one).code, ExitCode::error);
    EXPECT_EQ(act("stop", one).code, ExitCode::success);
    EXPECT_EQ(act("stop", {{"ip", "192.0.2.7"}, {"cidr_netmask", "24"}}).code, ExitCode::success);
    EXPECT_EQ(network.assigned.size(), 1U) << "the node would lose its own address";
}

TEST_F(Agent, stop_removes_a_second_entry_of_the_address_it_added) {
    const std::map<std::string, std::string> one{{"ip", "192.0.2.7/24"}};
    ASSERT_EQ(act("start", one).code, ExitCode::success);
    network.assigned.push_back(own_address(32)); // by hand
    EXPECT_EQ(act("stop", one).code, ExitCode::success);
    EXPECT_TRUE(network.assigned.empty()) << "it would answer here and elsewhere";
}

TEST_F(Agent, the_kernel_asks_about_an_ipv6_address_when_nobody_else_did) {
    const std::map<std::string, std::string> unasked{{"ip", "fd00::7/64"},
                                                     {"arp_probe_count", "0"}};
    ASSERT_EQ(act("start", unasked).code, ExitCode::success);
    EXPECT_FALSE(network.assigned.front().no_dad);
    ASSERT_EQ(act("stop", unasked).code, ExitCode::success);

    network.another_has = "fd00::7";
    const Outcome start = act("start", unasked);
    EXPECT_EQ(start.code, ExitCode::error);
    EXPECT_THAT(start.reason, ::testing::HasSubstr("in use by another machine"));
    EXPECT_TRUE(network.assigned.empty());
    EXPECT_FALSE(record.read());

    ASSERT_EQ(act("start", {{"ip", "fd00::7/64"}, {"nodad", "true"}}).code, ExitCode::success);
    EXPECT_TRUE(network.assigned.front().no_dad) << "told not to ask";
}

TEST_F(Agent, monitor_writes_a_lost_record_again_and_leaves_a_guard) {
    ASSERT_EQ(act("start").code, ExitCode::success);
    record.remove();
    guard.running = false;
    EXPECT_EQ(act("monitor").code, ExitCode::success);
    EXPECT_TRUE(guard.running);
    ASSERT_TRUE(record.read());
    EXPECT_EQ(record.read()->addresses.size(), 2U);
    EXPECT_EQ(act("stop").code, ExitCode::success);
    EXPECT_TRUE(network.assigned.empty());
}

TEST_F(Agent, validate_looks_at_the_node_only_when_asked_to) {
    EXPECT_EQ(act("validate-all", {{"nic", "absent0"}}).code, ExitCode::success);
    level = "10";
    EXPECT_EQ(act("validate-all", {{"nic", "absent0"}}).code, ExitCode::error);
    EXPECT_EQ(act("validate-all").code, ExitCode::success);
    EXPECT_TRUE(network.changes.empty());
}

TEST_F(Agent, reload_gives_the_guard_its_new_parameters) {
    ASSERT_EQ(act("start").code, ExitCode::success);
    EXPECT_EQ(act("reload-agent", {{"conflict_watch", "no"}}).code, ExitCode::success);
    EXPECT_FALSE(guard.running);
    EXPECT_EQ(act("reload-agent").code, ExitCode::success);
    EXPECT_TRUE(guard.running);
    EXPECT_EQ(network.assigned.size(), 2U);
}

} // namespace
} // namespace twinsite::vip
