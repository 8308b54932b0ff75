// The demonstration's events as tests: the same lab, the same judge. One lab for all of them; each
// event begins where the one before it ended.
#include "lab/scenario/events.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <memory>

namespace twinsite::lab {
namespace {

class Demonstration : public ::testing::TestWithParam<Event> {
protected:
    static void SetUpTestSuite() {
        const auto plan = read_site_plan(TWINSITE_LAB_FOLDER "/config/topology.json");
        ASSERT_TRUE(plan) << plan.error().message;
        lab_ = std::make_unique<LabControl>(TWINSITE_LAB_FOLDER "/lab", TWINSITE_BUILD_FOLDER);
        const auto up = lab_->up({"--for", "3000"});
        ASSERT_TRUE(up) << up.error().message;
        stage_ = std::make_unique<Stage>(*lab_, *plan);
        stage_->listen();
    }

    static void TearDownTestSuite() {
        stage_.reset();
        lab_.reset();
    }

    static std::unique_ptr<LabControl> lab_;
    static std::unique_ptr<Stage> stage_;
};

std::unique_ptr<LabControl> Demonstration::lab_;
std::unique_ptr<Stage> Demonstration::stage_;

TEST_P(Demonstration, event) {
    ASSERT_TRUE(stage_) << "the lab did not come up";
    const EventResult result = perform(GetParam(), *stage_);
    fmt::print("{}. {} ({:.0f} s)\n", result.id, result.title, result.seconds);
    for (const std::string& line : result.measured) {
        fmt::print("     {}\n", line);
    }
    for (const auto& [guest, report] : result.guests) {
        fmt::print("     {}: longest pause {:.1f} s, {} restarts, {} migrations\n", guest,
                   report.longest_pause, report.restarts, report.migrations);
    }
    for (const std::string& failure : result.failures) {
        ADD_FAILURE() << failure;
    }
    if (!result.passed()) {
        const auto folder =
            std::filesystem::path(TWINSITE_BUILD_FOLDER) / "cluster-logs" / result.id;
        lab_->keep_logs(folder, stage_->plan().node_names);
        fmt::print("     logs are kept in {}\n", folder.string());
    }
}

INSTANTIATE_TEST_SUITE_P(Events, Demonstration, ::testing::ValuesIn(events()),
                         [](const auto& event) { return event.param.id; });

} // namespace
} // namespace twinsite::lab
