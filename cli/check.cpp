#include "cli/commands.hpp"

#include <twinsite/config/topology_file.hpp>
#include <twinsite/site/check.hpp>

#include <fmt/format.h>

namespace twinsite::cli {

Exit run_check(const Options& options) {
    auto loaded = config::load_topology(options.topology);
    if (!loaded) {
        return report(options, loaded.error(), Exit::usage);
    }
    if (!loaded->topology) {
        print_findings(options, loaded->findings);
        return Exit::findings;
    }
    const auto findings = site::check(*loaded->topology);
    print_findings(options, findings);
    if (!options.json && findings.empty()) {
        fmt::print("{}: nothing to complain about\n", options.topology);
    }
    return exit_for(findings);
}

} // namespace twinsite::cli
