// The built agent from outside, on a machine without the DRBD module.
#include "tests/support/ocf_agent_run.hpp"

#include <gtest/gtest.h>

#include <filesystem>

namespace twinsite::testing {
namespace {

const Settings red{{"drbd_resource", "red"}};

TEST(MirrorContract, metadata_is_valid) {
    expect_valid_metadata("mirror");
}

struct BadInput {
    const char* name;
    Settings parameters;
    std::string reason;
};

class MirrorBadInput : public ::testing::TestWithParam<BadInput> {};

TEST_P(MirrorBadInput, is_not_configured_and_says_what_is_wrong) {
    for (const char* action : {"validate-all", "start", "monitor", "promote"}) {
        const AgentRun run = run_agent("mirror", action, GetParam().parameters);
        EXPECT_EQ(run.exit_code, 6) << action;
        EXPECT_EQ(run.reason, GetParam().reason) << action;
    }
}

INSTANTIATE_TEST_SUITE_P(
    Each, MirrorBadInput,
    ::testing::Values(
        BadInput{"no_resource", {}, "parameter drbd_resource is required and not set"},
        BadInput{"every_resource_at_once",
                 {{"drbd_resource", "all"}},
                 "parameter drbd_resource: \"all\" is no DRBD resource name"},
        BadInput{"an_option",
                 {{"drbd_resource", "--force"}},
                 "parameter drbd_resource: \"--force\" is no DRBD resource name"},
        BadInput{"a_path",
                 {{"drbd_resource", "../red"}},
                 "parameter drbd_resource: \"../red\" is no DRBD resource name"},
        BadInput{"a_shell_command",
                 {{"drbd_resource", "red;reboot"}},
                 "parameter drbd_resource: \"red;reboot\" is no DRBD resource name"},
        BadInput{"scores_that_decrease",
                 {{"drbd_resource", "red"}, {"adjust_master_score", "10 5 1 0"}},
                 "the numbers of adjust_master_score decrease"},
        BadInput{"three_scores",
                 {{"drbd_resource", "red"}, {"adjust_master_score", "0 10 1000"}},
                 "adjust_master_score takes four numbers, not \"0 10 1000\""},
        BadInput{"endless_wait",
                 {{"drbd_resource", "red"}, {"wfc_timeout", "-1"}},
                 "parameter wfc_timeout: -1 is not between 0 and 3600"}),
    [](const auto& each) { return each.param.name; });

class WithoutModule : public ::testing::Test {
protected:
    void SetUp() override {
        if (std::filesystem::exists("/proc/drbd")) {
            GTEST_SKIP() << "this machine has the DRBD module loaded";
        }
    }
};

TEST_F(WithoutModule, nothing_runs) {
    EXPECT_EQ(run_agent("mirror", "monitor", red).exit_code, 7);
    EXPECT_EQ(run_agent("mirror", "stop", red).exit_code, 0);
    EXPECT_EQ(run_agent("mirror", "demote", red).exit_code, 7);
    EXPECT_EQ(run_agent("mirror", "promote", red).exit_code, 7);
    EXPECT_EQ(run_agent("mirror", "notify", red).exit_code, 0);
    EXPECT_FALSE(std::filesystem::exists("/proc/drbd")) << "looking loads no module";
}

TEST_F(WithoutModule, a_stop_survives_broken_values_that_it_does_not_need) {
    EXPECT_EQ(
        run_agent("mirror", "stop", {{"drbd_resource", "red"}, {"adjust_master_score", "nonsense"}})
            .exit_code,
        0);
}

} // namespace
} // namespace twinsite::testing
