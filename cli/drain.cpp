#include "cli/commands.hpp"
#include "cli/live.hpp"
#include "cli/prediction.hpp"

#include <twinsite/site/drain.hpp>

#include <fmt/format.h>

namespace twinsite::cli {

Exit run_drain(const Options& options, const DrainOptions& drain) {
    const auto loaded = load(options);
    if (!loaded.topology) {
        return loaded.exit;
    }
    const auto nodes = site::drain_targets(*loaded.topology, drain.kind, drain.name);
    if (!nodes) {
        return report(options, nodes.error(), Exit::usage);
    }
    auto live = look_at_cluster();
    if (!live) {
        return report(options, live.error(), Exit::cluster);
    }
    if (drain.away) {
        if (std::string why = site::last_copy_on(*loaded.topology, live->state, *nodes);
            !why.empty()) {
            return report(options, {ErrorKind::conflict, std::move(why)}, Exit::findings);
        }
    }
    auto after = site::with_standby(live->cib, *nodes, drain.away);
    if (!after) {
        return report(options, after.error(), exit_for_error(after.error()));
    }
    const auto prediction = predict_change(std::move(live->cib), *std::move(after));
    if (!prediction) {
        return report(options, prediction.error(), exit_for_error(prediction.error()));
    }
    return carry_out(options, *live->configuration, *prediction, drain.consent);
}

} // namespace twinsite::cli
