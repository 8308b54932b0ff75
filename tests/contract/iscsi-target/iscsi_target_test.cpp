// The built agent on a machine without LIO: what it says of itself, and what it refuses.
#include "tests/support/ocf_agent_run.hpp"
#include "tests/support/scratch_directory.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

namespace twinsite::testing {
namespace {

using ::testing::HasSubstr;

const Settings good{{"iqn", "iqn.2026-11.example:red"}, {"luns", "0=/dev/no-such-device"}};

TEST(IscsiTarget, metadata_is_valid) {
    expect_valid_metadata("iscsi-target");
}

TEST(IscsiTarget, without_lio_nothing_runs) {
    if (std::filesystem::exists("/sys/module/target_core_mod")) {
        GTEST_SKIP() << "this machine has LIO loaded";
    }
    EXPECT_EQ(run_agent("iscsi-target", "monitor", good).exit_code, 7);
    EXPECT_EQ(run_agent("iscsi-target", "stop", good).exit_code, 0);
}

TEST(IscsiTarget, good_parameters_validate_without_looking_at_the_node) {
    EXPECT_EQ(run_agent("iscsi-target", "validate-all", good).exit_code, 0);
}

TEST(IscsiTarget, bad_parameters_are_refused_with_a_reason) {
    Settings bad = good;
    bad["luns"] = "0=/dev/a 0=/dev/b";
    const auto run = run_agent("iscsi-target", "validate-all", bad);
    EXPECT_EQ(run.exit_code, 6);
    EXPECT_EQ(run.reason, "parameter luns: LUN 0 is given twice");
    EXPECT_EQ(run_agent("iscsi-target", "validate-all", {{"luns", "0=/dev/a"}}).exit_code, 6);
}

TEST(IscsiTarget, a_stop_under_an_impossible_name_costs_no_node_its_power) {
    Settings typo = good;
    typo["iqn"] = "iqn.2026-11.example:RED";
    for (const char* implementation : {"lio", "tgt"}) {
        typo["implementation"] = implementation;
        const auto run = run_agent("iscsi-target", "stop", typo);
        EXPECT_EQ(run.exit_code, 0);
        EXPECT_EQ(run_agent("iscsi-target", "start", typo).exit_code, 6);
    }
}

TEST(IscsiTarget, a_password_is_never_shown) {
    const ScratchDirectory scratch;
    Settings with_secret = good;
    with_secret["incoming_username"] = "u";
    with_secret["incoming_password_file"] = scratch.write("pw", "geheim 123456\n", 0600).string();
    const auto run = run_agent("iscsi-target", "validate-all", with_secret,
                               {{"OCF_CHECK_LEVEL", "10"}, {"HA_debug", "1"}});
    EXPECT_EQ(run.exit_code, 1) << "6 would keep the resource from nodes whose file is right";
    EXPECT_THAT(run.reason, HasSubstr("the CHAP password"));
    EXPECT_EQ((run.out + run.err).find("geheim"), std::string::npos);
}

TEST(IscsiTarget, an_unknown_action_is_unimplemented) {
    EXPECT_EQ(run_agent("iscsi-target", "promote", good).exit_code, 3);
}

} // namespace
} // namespace twinsite::testing
