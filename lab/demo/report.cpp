#include "lab/demo/report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>

namespace twinsite::lab {

std::string table(std::span<const EventResult> results) {
    std::string text =
        fmt::format("{:<6}{:<8}{:>16}{:>10}{:>12}{:>13}{:>12}  {}\n", "event", "VM", "pause (s)",
                    "restarts", "migrations", "lost writes", "twice (s)", "on");
    for (const EventResult& result : results) {
        for (const auto& [guest, report] : result.guests) {
            fmt::format_to(std::back_inserter(text),
                           "{:<6}{:<8}{:>16.1f}{:>10}{:>12}{:>13}{:>12.1f}  {}\n", result.id, guest,
                           report.longest_pause, report.restarts, report.migrations,
                           report.lost_writes, report.run_twice, report.node);
        }
    }
    return text;
}

std::string json(std::span<const EventResult> results) {
    auto all = nlohmann::ordered_json::array();
    for (const EventResult& result : results) {
        nlohmann::ordered_json event{{"event", result.id},          {"title", result.title},
                                     {"seconds", result.seconds},   {"passed", result.passed()},
                                     {"measured", result.measured}, {"failures", result.failures}};
        for (const auto& [guest, report] : result.guests) {
            event["vms"][guest] = {{"seconds_without_acknowledged_write", report.longest_pause},
                                   {"restarts", report.restarts},
                                   {"migrations", report.migrations},
                                   {"lost_writes", report.lost_writes},
                                   {"seconds_run_twice", report.run_twice},
                                   {"io_errors", report.io_errors},
                                   {"writes", report.writes},
                                   {"node", report.node}};
        }
        all.push_back(std::move(event));
    }
    const bool passed = std::all_of(results.begin(), results.end(),
                                    [](const EventResult& result) { return result.passed(); });
    return nlohmann::ordered_json{{"passed", passed}, {"events", all}}.dump(2) + "\n";
}

} // namespace twinsite::lab
