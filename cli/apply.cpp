#include "cli/commands.hpp"

#include <twinsite/cluster/configuration.hpp>
#include <twinsite/site/check.hpp>
#include <twinsite/site/cib.hpp>
#include <twinsite/site/merge.hpp>

#include <fmt/format.h>

namespace twinsite::cli {

namespace {

Exit exit_for_error(const Error& error) {
    return error.kind == ErrorKind::conflict || error.kind == ErrorKind::invalid_config
               ? Exit::findings
               : Exit::cluster;
}

} // namespace

Exit run_apply(const Options& options, const ApplyOptions& apply) {
    const auto loaded = load(options);
    if (!loaded.topology) {
        return loaded.exit;
    }
    const auto findings = site::check(*loaded.topology);
    for (const site::Finding& finding : findings) {
        if (finding.severity == site::Severity::error) {
            print_findings(options, findings);
            return report(
                options,
                {ErrorKind::invalid_config, "the topology has errors; nothing was applied"},
                Exit::findings);
        }
    }
    auto live = cluster::open_configuration();
    if (!live) {
        return report(options, live.error(), Exit::cluster);
    }
    const auto before = (*live)->read();
    if (!before) {
        return report(options, before.error(), Exit::cluster);
    }
    const auto after = site::merge_cib(*before, site::render_cib(*loaded.topology));
    if (!after) {
        return report(options, after.error(), exit_for_error(after.error()));
    }
    if (*after == *before) {
        fmt::print("nothing to change\n");
        return Exit::fine;
    }
    if (!apply.yes) {
        fmt::print("the cluster's configuration differs from the topology; run again with --yes "
                   "to change it\n");
        return Exit::findings;
    }
    if (const auto done = (*live)->change(*before, *after); !done) {
        return report(options, done.error(), exit_for_error(done.error()));
    }
    fmt::print("applied\n");
    return Exit::fine;
}

} // namespace twinsite::cli
