#include "cli/commands.hpp"
#include "cli/prediction.hpp"

#include <twinsite/site/check.hpp>

namespace twinsite::cli {

Exit run_plan(const Options& options) {
    const auto loaded = load(options);
    if (!loaded.topology) {
        return loaded.exit;
    }
    auto live = cluster::open_configuration();
    if (!live) {
        return report(options, live.error(), Exit::cluster);
    }
    const auto prediction = predict(**live, *loaded.topology);
    if (!prediction) {
        return report(options, prediction.error(), exit_for_error(prediction.error()));
    }
    if (options.json) {
        print_json(to_json(*prediction));
    } else {
        print_prediction(*prediction);
    }
    return prediction->changes.empty() ? Exit::fine : Exit::findings;
}

Exit run_apply(const Options& options, const ApplyOptions& apply) {
    const auto loaded = load(options);
    if (!loaded.topology) {
        return loaded.exit;
    }
    const auto findings = site::check(*loaded.topology);
    for (const site::Finding& finding : findings) {
        if (finding.severity == site::Severity::error) {
            if (!options.json) {
                print_findings(options, findings);
            }
            return report(
                options,
                {ErrorKind::invalid_config, "the topology has errors; nothing was applied"},
                Exit::findings, {{"findings", to_json(findings)}, {"applied", false}});
        }
    }
    auto live = cluster::open_configuration();
    if (!live) {
        return report(options, live.error(), Exit::cluster);
    }
    const auto prediction = predict(**live, *loaded.topology);
    if (!prediction) {
        return report(options, prediction.error(), exit_for_error(prediction.error()));
    }
    return carry_out(options, **live, *prediction, apply.consent);
}

} // namespace twinsite::cli
