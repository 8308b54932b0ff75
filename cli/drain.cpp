#include "cli/commands.hpp"
#include "cli/live.hpp"
#include "cli/prediction.hpp"

#include <twinsite/site/drain.hpp>

#include <fmt/format.h>

#include <string>
#include <vector>

namespace twinsite::cli {

namespace {

void print_left(const std::vector<std::string>& nodes, bool away) {
    for (const std::string& node : nodes) {
        fmt::print("{} is in standby by another hand, which is left as it is{}\n", node,
                   away ? "" : fmt::format("; to end it: crm_standby --node {} --delete", node));
    }
}

} // namespace

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
    auto change = site::with_standby(live->cib, *nodes, drain.away);
    if (!change) {
        return report(options, change.error(), exit_for_error(change.error()));
    }
    if (!options.json) {
        print_left(change->left, drain.away);
    }
    const auto prediction =
        predict_change(*live->configuration, std::move(live->cib), std::move(change->cib));
    if (!prediction) {
        return report(options, prediction.error(), exit_for_error(prediction.error()));
    }
    const Exit done = carry_out(options, *live->configuration, *prediction, drain.consent,
                                {{"left_in_standby", change->left}});
    return done == Exit::fine && !drain.away && !change->left.empty() ? Exit::findings : done;
}

} // namespace twinsite::cli
