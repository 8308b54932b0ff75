#include "cli/command.hpp"

#include "cli/json.hpp"

#include <twinsite/base/table.hpp>
#include <twinsite/config/topology_file.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
namespace twinsite::cli {

namespace {

Tone tone_of(site::Severity severity) {
    switch (severity) {
    case site::Severity::error:
        return Tone::bad;
    case site::Severity::warning:
        return Tone::warning;
    case site::Severity::notice:
        return Tone::plain;
    }
    return Tone::bad;
}

} // namespace

void print_findings(const Options& options, const std::vector<site::Finding>& findings) {
    if (options.json) {
        print_json({{"findings", to_json(findings)}});
        return;
    }
    std::vector<Row> rows;
    rows.reserve(findings.size());
    for (const site::Finding& finding : findings) {
        rows.push_back(
            {{fmt::format("{}:", site::to_string(finding.severity)), tone_of(finding.severity)},
             {finding.where + ":"},
             {fmt::format("{} [{}]", finding.problem, finding.code)}});
    }
    const auto lines = table_lines(rows, options.colour);
    for (std::size_t i = 0; i < findings.size(); ++i) {
        fmt::print("{}\n", lines[i]);
        if (!findings[i].remedy.empty()) {
            fmt::print("    {}\n", findings[i].remedy);
        }
    }
}

Exit exit_for(const std::vector<site::Finding>& findings) {
    return std::any_of(findings.begin(), findings.end(),
                       [](const site::Finding& finding) {
                           return finding.severity != site::Severity::notice;
                       })
               ? Exit::findings
               : Exit::fine;
}

Exit report(const Options& options, const Error& error, Exit exit) {
    return report(options, error, exit, Json::object());
}

LoadedTopology load(const Options& options) {
    auto loaded = config::load_topology(options.topology);
    if (!loaded) {
        return {{}, report(options, loaded.error(), Exit::usage)};
    }
    if (!loaded->topology) {
        for (const site::Finding& finding : loaded->findings) {
            fmt::print(stderr, "{}: {}: {}. {}\n", options.topology, finding.where, finding.problem,
                       finding.remedy);
        }
        return {{},
                report(options,
                       {ErrorKind::invalid_config,
                        fmt::format("{} is no usable topology", options.topology)},
                       Exit::findings, {{"findings", to_json(loaded->findings)}})};
    }
    return {std::move(loaded->topology), Exit::fine};
}

} // namespace twinsite::cli
