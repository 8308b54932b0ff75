// What applying the topology would mean: shared by plan and apply.
#pragma once

#include "cli/command.hpp"
#include "cli/commands.hpp"
#include "cli/json.hpp"

#include <twinsite/base/result.hpp>
#include <twinsite/cluster/configuration.hpp>
#include <twinsite/site/difference.hpp>
#include <twinsite/site/movement.hpp>
#include <twinsite/site/utilization.hpp>
#include <twinsite/site/xml.hpp>

#include <optional>
#include <string>
#include <vector>

namespace twinsite::cli {

struct Prediction {
    site::Xml before;
    site::Xml after;
    std::vector<site::ConfigChange> changes;
    std::vector<site::Movement> movements;
    std::vector<site::Movement> interruptions; ///< site::interruptions() among them
    /// Others' resources that lose every host as soon as utilization counts: no movement tells of
    /// what VirtualDomain's next monitor states, nor anything in maintenance mode.
    std::vector<site::Unoffered> starved{};
    /// In maintenance mode: what Pacemaker would do as soon as that ends.
    std::optional<std::vector<site::Movement>> when_maintenance_ends{};
};

/// Reads LIVE's configuration and asks Pacemaker what WANTED (a whole topology's rendering)
/// would do.
Result<Prediction> predict(cluster::Configuration& live, const site::Topology& topology);
/// The same for a configuration that is changed otherwise.
Result<Prediction> predict_change(cluster::Configuration& live, site::Xml before, site::Xml after);

/// For programs: changes, movements, interruptions and what else the plan tells.
Json to_json(const Prediction& prediction);
/// The same for people.
void print_prediction(const Prediction& prediction);

/// 1 for refusals (conflict, invalid_config), 3 when the cluster could not be asked.
Exit exit_for_error(const Error& error);

/// What a change lacks: --allow-restarts or --yes. Error conflict, whose sentence says so.
Status permitted(const Prediction& prediction, const Consent& consent);

/// Waits for VMs that are on their way, then changes the cluster. "applied" in DOCUMENT tells a
/// program how it went: true, false, or null when the cluster did not say.
Status make_change(const Options& options, cluster::Configuration& live,
                   const Prediction& prediction, const Consent& consent, Json& document);

/// Until Pacemaker has carried it out, when CONSENT asks for that.
Status await_rest(cluster::Configuration& live, const Consent& consent);

/// All of these in their order, with one JSON document at the end that begins with DOCUMENT.
Exit carry_out(const Options& options, cluster::Configuration& live, const Prediction& prediction,
               const Consent& consent, Json document = Json::object());

} // namespace twinsite::cli
