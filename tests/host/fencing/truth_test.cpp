// The table fault x family x action. The judge is the simulator's relays: no case may report
// success while an outlet of the node is on, and faults that can be lived with must not hinder.
#include "tests/support/pdu_simulation.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace twinsite {
namespace {

using testing::FenceRun;
using testing::PduSimulation;

struct Case {
    std::string fault;     ///< "" is a healthy device
    bool can_succeed;      ///< whether off and reboot must work all the same
    bool can_tell = false; ///< whether status must
    std::string parameters{};
    bool named = false; ///< with the family's name: such answers already end the detection
};

const std::string v3 = "snmp_version=3\nusername=fencer\nsnmp_auth_prot=SHA-256\n"
                       "snmp_priv_prot=AES\npassword=" +
                       PduSimulation::secret() + "\n";

const std::vector<Case>& cases() {
    static const std::vector<Case> all{
        {.fault = "", .can_succeed = true, .can_tell = true},
        {.fault = "", .can_succeed = true, .can_tell = true, .parameters = "snmp_version=1\n"},
        {.fault = "", .can_succeed = true, .can_tell = true, .parameters = v3},
        {.fault = "lose=3", .can_succeed = true, .can_tell = true},
        {.fault = "lose=3", .can_succeed = true, .can_tell = true, .parameters = v3},
        {.fault = "lose=1", .can_succeed = false},
        {.fault = "lose=1", .can_succeed = false, .parameters = v3},
        {.fault = "late=200", .can_succeed = true, .can_tell = true},
        {.fault = "late-once=700", .can_succeed = true, .can_tell = true},
        {.fault = "duplicate", .can_succeed = true, .can_tell = true},
        {.fault = "duplicate", .can_succeed = true, .can_tell = true, .parameters = v3},
        {.fault = "truncate", .can_succeed = false},
        {.fault = "truncate", .can_succeed = false, .named = true},
        {.fault = "truncate", .can_succeed = false, .parameters = v3},
        {.fault = "mangle", .can_succeed = false},
        {.fault = "mangle", .can_succeed = false, .named = true},
        {.fault = "mangle", .can_succeed = false, .parameters = v3},
        {.fault = "garbage@2", .can_succeed = false},
        {.fault = "text@2", .can_succeed = false},
        {.fault = "missing@2", .can_succeed = false},
        {.fault = "missing@2", .can_succeed = false, .parameters = "snmp_version=1\n"},
        {.fault = "flap@2", .can_succeed = false, .can_tell = true},
        {.fault = "read-only", .can_succeed = false, .can_tell = true},
        {.fault = "refuse@2", .can_succeed = false, .can_tell = true},
        {.fault = "stuck@2", .can_succeed = false, .can_tell = true},
        {.fault = "pending=900", .can_succeed = true, .can_tell = true},
        {.fault = "pending=60000@2", .can_succeed = false, .can_tell = true},
        {.fault = "restart=800", .can_succeed = true, .can_tell = true},
        {.fault = "clock", .can_succeed = true, .can_tell = true, .parameters = v3},
        {.fault = "skew=1000", .can_succeed = true, .can_tell = true, .parameters = v3},
        {.fault = "no-outlets", .can_succeed = false},
    };
    return all;
}

std::string title(const Case& one, const std::string& action) {
    return (one.fault.empty() ? "healthy" : one.fault) + " " + one.parameters.substr(0, 14) + " " +
           action;
}

std::vector<std::string> simulator_arguments(const Case& one) {
    std::vector<std::string> arguments{"--row-offset", "3"};
    if (!one.fault.empty()) {
        arguments.insert(arguments.end(), {"--fault", one.fault});
    }
    return arguments;
}

std::string timing(const Case& one) {
    return one.parameters + (one.can_succeed ? "power_timeout=20\nlogin_timeout=5\n"
                                             : "power_timeout=3\nlogin_timeout=2\n");
}

/// Both supplies of a node, on from the start.
void judge(const std::string& family, const Case& one, const std::string& action) {
    const PduSimulation pdu(family, simulator_arguments(one));
    const FenceRun status = pdu.fence(timing(one) + "action=status\nplug=1,2");
    EXPECT_NE(status.exit_code, 2) << family << ", " << title(one, "status") << ": both are on";
    EXPECT_EQ(status.exit_code == 0, one.can_tell)
        << family << ", " << title(one, "status") << ": " << status.err;

    const FenceRun run = pdu.fence(timing(one) + "plug=1,2\naction=" + action);
    if (run.exit_code == 0) {
        EXPECT_TRUE(pdu.were_off_together({1, 2}))
            << family << ", " << title(one, action) << ": success without being off";
    }
    EXPECT_EQ(run.exit_code, one.can_succeed ? 0 : 1)
        << family << ", " << title(one, action) << ": " << run.err;
    EXPECT_EQ(run.err.empty(), one.can_succeed)
        << family << ", " << title(one, action) << ": " << run.err;
    for (const FenceRun* each : {&status, &run}) {
        EXPECT_EQ(each->err.find("does not come to its end"), std::string::npos)
            << family << ", " << title(one, action) << ": only the alarm ended it";
    }
    if (run.exit_code == 0 && action == "off") {
        EXPECT_FALSE(pdu.is_on(1) || pdu.is_on(2)) << family << ", " << title(one, action);
    }
    for (unsigned other = 3; other <= 8; ++other) {
        EXPECT_TRUE(pdu.is_on(other)) << family << ", " << title(one, action) << ": touched";
    }
}

class Truth : public ::testing::TestWithParam<std::string> {};

/// What of the table says something about a device that speaks HTTP.
bool concerns_http(const Case& one) {
    const std::string kind = one.fault.substr(0, one.fault.find_first_of("=@"));
    const std::vector<std::string> snmp_only{"late-once", "duplicate", "restart",
                                             "clock",     "skew",      "no-outlets"};
    return one.parameters.empty() && !one.named && one.fault != "lose=3" &&
           std::find(snmp_only.begin(), snmp_only.end(), kind) == snmp_only.end();
}

bool speaks_http(const std::string& family) {
    return family == "netio-json" || family == "gude-json" || family == "shelly-gen2" ||
           family == "redfish-rackpdu";
}

TEST_P(Truth, is_told_whatever_the_device_does) {
    std::vector<std::pair<Case, std::string>> work;
    for (Case one : cases()) {
        if (speaks_http(GetParam())) {
            if (!concerns_http(one)) {
                continue;
            }
            one.parameters = "ssl=0\nmodel=" + GetParam() + "\n";
        } else if (one.named) {
            one.parameters = "model=" + GetParam() + "\n" + one.parameters;
        }
        work.emplace_back(one, "off");
        work.emplace_back(one, "reboot");
    }
    // Most of a case is waiting.
    std::atomic<std::size_t> next = 0;
    constexpr int at_once = 12;
    std::vector<std::jthread> workers;
    workers.reserve(at_once);
    for (int i = 0; i < at_once; ++i) {
        workers.emplace_back([&] {
            for (std::size_t at = next++; at < work.size(); at = next++) {
                judge(GetParam(), work[at].first, work[at].second);
            }
        });
    }
}

std::vector<std::string> families() {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(TWINSITE_TEST_MODELS)) {
        names.push_back(entry.path().stem());
    }
    std::sort(names.begin(), names.end());
    return names;
}

INSTANTIATE_TEST_SUITE_P(Families, Truth, ::testing::ValuesIn(families()), [](const auto& family) {
    std::string name = family.param;
    std::replace(name.begin(), name.end(), '-', '_');
    return name;
});

} // namespace
} // namespace twinsite
