// LVS direct routing: the address that waits on lo, and the label of an IPv6 address.
#include "agents/vip/decide.hpp"
#include "tests/unit/vip/agent_fixture.hpp"

#include <algorithm>

namespace twinsite::vip {
namespace {

using network::AssignedAddress;

const std::map<std::string, std::string> director{{"ip", "192.0.2.7/24"}, {"lvs_support", "true"}};
const std::map<std::string, std::string> labelled{{"ip", "fd00::7/64"},
                                                  {"lvs_ipv6_addrlabel", "true"}};

class Lvs : public AgentFixture {
protected:
    Lvs() {
        network.add_interface(1, "lo").loopback = true;
        network.assigned = {waiting};
    }

    [[nodiscard]] bool on(unsigned interface) const {
        return std::any_of(
            network.assigned.begin(), network.assigned.end(),
            [&](const AssignedAddress& each) { return each.interface == interface; });
    }

    const AssignedAddress waiting{.interface = 1,
                                  .address = network::parse_ip_address("192.0.2.7").value(),
                                  .prefix = 32,
                                  .scope = network::Scope::host,
                                  .label = "lo:7"};
};

TEST_F(Lvs, the_address_that_waits_on_lo_is_taken_from_there_and_put_back) {
    EXPECT_EQ(act("monitor", director).code, ExitCode::not_running);
    ASSERT_EQ(act("start", director).code, ExitCode::success);
    EXPECT_EQ(network.changes,
              (std::vector<std::string>{"remove 192.0.2.7/32", "add 192.0.2.7/24"}));
    EXPECT_FALSE(on(1));
    EXPECT_EQ(act("monitor", director).code, ExitCode::success);
    EXPECT_EQ(act("start", director).code, ExitCode::success);
    ASSERT_EQ(act("stop", director).code, ExitCode::success);
    ASSERT_EQ(network.assigned.size(), 1U);
    EXPECT_EQ(network.assigned.front().interface, 1U);
    EXPECT_EQ(network.assigned.front().label, "lo:7");
    EXPECT_EQ(network.assigned.front().scope, network::Scope::host);
    EXPECT_EQ(act("stop", director).code, ExitCode::success);
    EXPECT_TRUE(on(1));
    EXPECT_EQ(act("monitor", director).code, ExitCode::not_running);
}

TEST_F(Lvs, a_start_that_fails_puts_it_back) {
    network.failures = {{"add 192.0.2.7/24", {ErrorKind::permission, "not permitted"}}};
    EXPECT_NE(act("start", director).code, ExitCode::success);
    EXPECT_TRUE(on(1));
}

TEST_F(Lvs, a_start_that_died_in_the_middle_is_made_good_by_stop_and_by_start) {
    for (const char* next : {"stop", "start"}) {
        int left = 1;
        network.before_change = [&] {
            if (left-- == 0) {
                throw std::runtime_error("killed");
            }
        };
        EXPECT_THROW(act("start", director), std::runtime_error);
        network.before_change = [] {};
        EXPECT_FALSE(on(1));
        EXPECT_EQ(act(next, director).code, ExitCode::success);
        EXPECT_EQ(act("stop", director).code, ExitCode::success);
        EXPECT_TRUE(on(1)) << next;
        EXPECT_EQ(network.assigned.size(), 1U) << next;
    }
}

TEST_F(Lvs, without_it_an_address_on_lo_is_in_the_way) {
    const Outcome start = act("start", {{"ip", "192.0.2.7/24"}});
    EXPECT_EQ(start.code, ExitCode::error);
    EXPECT_EQ(start.reason,
              "192.0.2.7 is on interface lo already and not by this resource: remove it there");
    EXPECT_EQ(act("stop", {{"ip", "192.0.2.7/24"}}).code, ExitCode::success);
    EXPECT_TRUE(on(1)) << "somebody else's stays";
}

TEST_F(Lvs, a_label_comes_and_goes_with_the_address) {
    ASSERT_EQ(act("start", labelled).code, ExitCode::success);
    ASSERT_EQ(network.label_list.size(), 1U);
    EXPECT_EQ(network.label_list.front().label, 99U);
    EXPECT_EQ(network.label_list.front().bits, 128U);
    EXPECT_EQ(act("monitor", labelled).code, ExitCode::success);
    const auto kept = std::exchange(network.label_list, {});
    EXPECT_EQ(act("monitor", labelled).reason, "address label 99 of fd00::7 is missing");
    network.label_list = kept;
    EXPECT_EQ(act("stop", labelled).code, ExitCode::success);
    EXPECT_TRUE(network.label_list.empty());
}

TEST_F(Lvs, a_label_that_was_there_before_stays) {
    network.label_list = {
        {.prefix = network::parse_ip_address("fd00::7").value(), .bits = 128, .label = 99}};
    ASSERT_EQ(act("start", labelled).code, ExitCode::success);
    EXPECT_EQ(act("stop", labelled).code, ExitCode::success);
    EXPECT_EQ(network.label_list.size(), 1U);
}

TEST_F(Lvs, each_is_for_its_family) {
    EXPECT_EQ(act("start", {{"ip", "fd00::7/64"}, {"lvs_support", "true"}}).code,
              ExitCode::not_configured);
    EXPECT_EQ(act("start", {{"ip", "192.0.2.7/24"}, {"lvs_ipv6_addrlabel", "true"}}).reason,
              "parameter lvs_ipv6_addrlabel: ip has no IPv6 address");
}

} // namespace
} // namespace twinsite::vip
