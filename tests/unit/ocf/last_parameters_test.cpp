// A stop or demotion that comes without parameters: what Pacemaker does to an orphan.
#include "ocf/last_parameters.hpp"
#include "tests/support/scratch_directory.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace twinsite::ocf {
namespace {

const Description description{
    .name = "sample",
    .shortdesc = "",
    .longdesc = "",
    .parameters =
        {{.name = "what", .shortdesc = "", .longdesc = "", .required = true, .identity = true},
         {.name = "how", .shortdesc = "", .longdesc = ""}},
    .actions = {}};

class LastParametersTest : public ::testing::Test {
protected:
    testing::ScratchDirectory scratch;

    [[nodiscard]] Environment bare(const std::string& instance = "sample_red") const {
        return {{"OCF_RESOURCE_INSTANCE", instance}, {"HA_RSCTMP", scratch.path().string()}};
    }
    [[nodiscard]] Environment full() const {
        Environment environment = bare();
        environment["OCF_RESKEY_what"] = "red";
        environment["OCF_RESKEY_how"] = "a=b c";
        return environment;
    }
    [[nodiscard]] LastParameters last(const std::string& instance = "sample_red") const {
        return {description, bare(instance)};
    }
    [[nodiscard]] bool nothing_is_kept() const { return std::filesystem::is_empty(scratch.path()); }
};

TEST_F(LastParametersTest, a_stop_and_a_demotion_without_parameters_get_those_of_the_start) {
    last().note("start", 0, full());
    for (const char* action : {"stop", "demote", "notify"}) {
        EXPECT_EQ(last().completed(action, bare()), full()) << action;
    }
}

TEST_F(LastParametersTest, nothing_else_does) {
    last().note("start", 0, full());
    for (const char* action : {"start", "monitor", "promote", "validate-all"}) {
        EXPECT_EQ(last().completed(action, bare()), bare()) << action;
    }
    EXPECT_EQ(last("sample_blue").completed("stop", bare("sample_blue")), bare("sample_blue"));
    Environment given = bare();
    given["OCF_RESKEY_what"] = "blue";
    EXPECT_EQ(last().completed("stop", given), given);
}

TEST_F(LastParametersTest, a_monitor_remembers_what_was_taken_over_and_keeps_what_is_known) {
    last().note("monitor", 7, full());
    EXPECT_TRUE(nothing_is_kept());
    last().note("monitor", 8, full());
    EXPECT_EQ(last().completed("stop", bare()), full());
    Environment changed = full(); // not yet what it was started with
    changed["OCF_RESKEY_how"] = "later";
    last().note("monitor", 0, changed);
    EXPECT_EQ(last().completed("stop", bare()), full());
    last().note("reload-agent", 0, changed);
    EXPECT_EQ(last().completed("stop", bare()), changed);
}

TEST_F(LastParametersTest, what_failed_or_was_stopped_is_not_remembered) {
    last().note("start", 1, full());
    EXPECT_TRUE(nothing_is_kept());
    last().note("start", 0, full());
    last().note("stop", 1, full());
    EXPECT_FALSE(nothing_is_kept());
    last().note("stop", 0, bare());
    EXPECT_TRUE(nothing_is_kept());
}

TEST_F(LastParametersTest, a_damaged_file_adds_nothing_that_the_agent_does_not_know) {
    last().note("start", 0, full());
    const auto file = std::filesystem::directory_iterator(scratch.path())->path();
    std::ofstream(file) << "what=red\nPATH=/tmp\nCRM_meta_timeout=1\n\nnonsense\n";
    Environment expected = bare();
    expected["OCF_RESKEY_what"] = "red";
    EXPECT_EQ(last().completed("stop", bare()), expected);
}

TEST_F(LastParametersTest, no_name_leads_out_of_the_folder) {
    const LastParameters escaping(description, bare("../x"));
    escaping.note("start", 0, full());
    EXPECT_TRUE(nothing_is_kept());
}

} // namespace
} // namespace twinsite::ocf
