// What every subcommand gets, and what it gives back.
#pragma once

#include <twinsite/base/error.hpp>
#include <twinsite/site/finding.hpp>
#include <twinsite/site/topology.hpp>

#include <optional>
#include <string>
#include <vector>

namespace twinsite::cli {

/// The exit codes of docs/topology.md.
enum class Exit { fine = 0, findings = 1, usage = 2, cluster = 3 };

struct Options {
    std::string topology = "/etc/twinsite/topology.json";
    bool json = false;
    bool one_line = false; ///< each JSON document in a line of its own
    bool colour = false;   ///< text goes to a terminal that shows it
};

/// The topology, or the exit code after its problems were printed.
struct LoadedTopology {
    std::optional<site::Topology> topology;
    Exit exit = Exit::fine;
};
LoadedTopology load(const Options& options);

/// "twinsite: SENTENCE" on stderr, as JSON on stdout when that was asked for.
Exit report(const Options& options, const Error& error, Exit exit);

/// For people or for programs, on stdout.
void print_findings(const Options& options, const std::vector<site::Finding>& findings);

/// Whether a finding is worse than a notice.
Exit exit_for(const std::vector<site::Finding>& findings);

} // namespace twinsite::cli
