// The agent on a node that is a small state machine.
#pragma once

#include "agents/vip/description.hpp"
#include "agents/vip/vip_agent.hpp"
#include "tests/support/fake_clock.hpp"
#include "tests/support/scratch_directory.hpp"
#include "tests/unit/vip/fake_network.hpp"

#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <string>
#include <utility>

namespace twinsite::vip {

using ocf::ExitCode;
using ocf::Outcome;
using testing::FakeNetwork;
using testing::FakeSegment;

class FakeGuard final : public Guard {
public:
    bool running = false;
    bool hangs = false;
    std::optional<WatchPlan> plan;
    std::optional<ConflictReport> report;

    [[nodiscard]] bool alive() const override { return running; }
    Status begin(const Record&, const WatchPlan& what) override {
        running = true;
        plan = what;
        return {};
    }
    Status end(const Deadline&) override {
        if (hangs) {
            return fail(ErrorKind::timeout, "it hangs");
        }
        running = false;
        return {};
    }
    std::optional<ConflictReport> take_report() override { return std::exchange(report, {}); }
    void clear() override { report.reset(); }
};

class AgentFixture : public ::testing::Test {
protected:
    AgentFixture() {
        network.add_interface(3, "storage0");
        network.add_interface(4, "other0");
    }

    Outcome act(const std::string& action,
                const std::map<std::string, std::string>& parameters = {}) {
        std::map<std::string, std::string> all{
            {"ip", "192.0.2.7/24 fd00::7/64"}, {"nic", "storage0"}, {"CRM_meta_interval", "10000"}};
        for (const auto& [name, value] : parameters) {
            all[name] = value;
        }
        ocf::Environment environment{{"OCF_CHECK_LEVEL", level}};
        for (const auto& [name, value] : all) {
            environment.emplace("OCF_RESKEY_" + name, value);
        }
        const auto request = ocf::parse_request(description(), action, environment, clock);
        EXPECT_TRUE(request);
        VipAgent agent(*request, {network, segment, guard, record, clock});
        return action == "start"          ? agent.start()
               : action == "stop"         ? agent.stop()
               : action == "reload-agent" ? agent.reload()
               : action == "validate-all" ? agent.validate()
                                          : agent.monitor();
    }

    testing::ScratchDirectory folder;
    testing::FakeClock clock;
    FakeNetwork network;
    FakeSegment segment;
    FakeGuard guard;
    RecordFile record{folder.path(), "address_red"};
    std::string level = "0";
};

} // namespace twinsite::vip
