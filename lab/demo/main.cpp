// twinsite-demo: brings the lab up, plays every event, tells what happens, ends with the table.
#include "lab/demo/report.hpp"
#include "lab/scenario/events.hpp"

#include <twinsite/base/file.hpp>

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <csignal>
#include <cstdio>
#include <optional>

namespace twinsite::lab {
namespace {

struct Options {
    std::string json_file;
    std::string events;
    std::string logs;
    bool attach = false;
};

void tell(const EventResult& result) {
    for (const std::string& line : result.measured) {
        fmt::print("     {}\n", line);
    }
    for (const auto& [guest, report] : result.guests) {
        fmt::print(
            "     {}: {} writes, longest pause {:.1f} s, {} restarts, {} migrations, now on {}\n",
            guest, report.writes, report.longest_pause, report.restarts, report.migrations,
            report.node);
    }
    for (const std::string& failure : result.failures) {
        fmt::print("     FAILED: {}\n", failure);
    }
    std::fflush(stdout);
}

bool bring_up(LabControl& lab) {
    fmt::print("bringing the lab up: four nodes, two sites, each node its own kernel\n");
    std::fflush(stdout);
    const auto up = lab.up({"--for", "3600"});
    fmt::print("{}", up ? *up : up.error().message + "\n");
    return up.has_value();
}

int play(const Options& options) {
    const auto plan = read_site_plan(TWINSITE_LAB_FOLDER "/config/topology.json");
    if (!plan) {
        fmt::print(stderr, "demo: {}\n", plan.error().message);
        return 2;
    }
    LabControl lab(TWINSITE_LAB_FOLDER "/lab", TWINSITE_BUILD_FOLDER);
    if (!options.attach && !bring_up(lab)) {
        return 1;
    }
    Stage stage(lab, *plan);
    stage.listen();
    std::vector<EventResult> results;
    for (const Event& event : events()) {
        if (!options.events.empty() && options.events.find(event.id) == std::string::npos) {
            continue;
        }
        fmt::print("\n{}. {}\n", event.id, event.title);
        std::fflush(stdout);
        results.push_back(perform(event, stage));
        tell(results.back());
        if (!results.back().passed() && !options.logs.empty()) {
            lab.keep_logs(options.logs + "/" + event.id, plan->node_names);
        }
    }
    const std::string home = stage.missing_at_home(stage.observer({}));
    fmt::print("\n{}\n{}\n", table(results), home.empty() ? "Everything is at home." : home);
    if (!options.json_file.empty()) {
        const auto written = replace_file(options.json_file, json(results));
        if (!written) {
            fmt::print(stderr, "demo: {}\n", written.error().message);
            return 2;
        }
    }
    const bool passed =
        home.empty() && std::all_of(results.begin(), results.end(),
                                    [](const EventResult& result) { return result.passed(); });
    return passed ? 0 : 1;
}

} // namespace
} // namespace twinsite::lab

int main(int argc, char** argv) {
    twinsite::lab::Options options;
    CLI::App app("Plays the events that twinsite is made for, on real nodes, and measures them.",
                 "./run demo");
    app.add_option("--json", options.json_file, "Write the results there as JSON");
    app.add_option("--events", options.events, "Only these, e.g. abc");
    app.add_option("--logs", options.logs, "Keep the nodes' logs of failed events there");
    app.add_flag("--attach", options.attach, "Play on the lab that is up, and leave it up");
    try {
        app.parse(argc, argv);
        return twinsite::lab::play(options);
    } catch (const CLI::ParseError& error) {
        return app.exit(error) == 0 ? 0 : 2;
    } catch (const std::exception& bug) {
        fmt::print(stderr, "demo: {}\n", bug.what());
        return 1;
    }
}
