// What applying the topology would mean: shared by plan and apply.
#pragma once

#include "cli/command.hpp"
#include "cli/commands.hpp"

#include <twinsite/base/result.hpp>
#include <twinsite/cluster/configuration.hpp>
#include <twinsite/site/difference.hpp>
#include <twinsite/site/movement.hpp>
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
    std::vector<site::Movement>
        interruptions; ///< VMs that would stop or restart, nodes that would be fenced
};

/// Reads the live configuration and asks Pacemaker what WANTED (a whole topology's rendering)
/// would do.
Result<Prediction> predict(cluster::Configuration& live, const site::Topology& topology);
/// The same for a configuration that is changed otherwise.
Result<Prediction> predict_change(site::Xml before, site::Xml after);

void print_prediction(const Options& options, const Prediction& prediction);

/// 1 for refusals (conflict, invalid_config), 3 when the cluster could not be asked.
Exit exit_for_error(const Error& error);

/// Show it, ask for --yes and for --allow-restarts where needed, then change the cluster; wait
/// before for VMs that are on their way, and after for what CONSENT asks.
Exit carry_out(const Options& options, cluster::Configuration& live, Prediction prediction,
               const Consent& consent);

} // namespace twinsite::cli
