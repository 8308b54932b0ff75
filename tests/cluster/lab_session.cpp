#include "tests/cluster/lab_session.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <filesystem>

namespace twinsite::lab {

LabSession& LabSession::instance() {
    static LabSession session;
    return session;
}

Status LabSession::bring_up() {
    const std::string topology = TWINSITE_LAB_FOLDER "/config/" + topology_;
    const auto plan = read_site_plan(topology);
    if (!plan) {
        return fail(plan.error());
    }
    lab_ = std::make_unique<LabControl>(TWINSITE_LAB_FOLDER "/lab", TWINSITE_BUILD_FOLDER);
    std::vector<std::string> options{"--for", "3000", "--topology", topology};
    options.insert(options.end(), options_.begin(), options_.end());
    if (const auto up = lab_->up(options); !up) {
        return fail(up.error());
    }
    stage_ = std::make_unique<Stage>(*lab_, *plan);
    stage_->listen();
    return {};
}

Stage* LabSession::stage(std::string& why) {
    LabSession& session = instance();
    if (!session.stage_ && session.failed_.empty()) {
        if (const auto up = session.bring_up(); !up) {
            session.failed_ = up.error().message;
            session.lab_.reset();
        }
    }
    why = session.failed_;
    return session.stage_.get();
}

void LabSession::choose(const std::string& topology, const std::vector<std::string>& options) {
    end();
    instance().topology_ = topology;
    instance().options_ = options;
}

void LabSession::end() {
    LabSession& session = instance();
    session.stage_.reset();
    session.lab_.reset();
    session.failed_.clear();
}

void play(const Event& event) {
    std::string why;
    Stage* stage = LabSession::stage(why);
    ASSERT_NE(stage, nullptr) << "the lab did not come up: " << why;
    fmt::print("{}. {}\n", event.id, event.title);
    std::fflush(stdout);
    const EventResult result = perform(event, *stage);
    for (const std::string& line : result.measured) {
        fmt::print("     {}\n", line);
    }
    for (const auto& [guest, report] : result.guests) {
        fmt::print("     {}: longest pause {:.1f} s, {} restarts, {} migrations\n", guest,
                   report.longest_pause, report.restarts, report.migrations);
    }
    fmt::print("     {:.0f} s in all\n", result.seconds);
    for (const std::string& failure : result.failures) {
        ADD_FAILURE() << failure;
    }
    const char* wanted = std::getenv("TWINSITE_KEEP_LOGS"); // NOLINT(concurrency-mt-unsafe)
    if (!result.passed() || wanted != nullptr) {
        const auto folder =
            std::filesystem::path(TWINSITE_BUILD_FOLDER) / "cluster-logs" / result.id;
        stage->lab().keep_logs(folder, stage->plan().node_names);
        fmt::print("     logs are kept in {}\n", folder.string());
    }
}

} // namespace twinsite::lab
