// The live cluster against the topology: what defeats site affinity, what is left over, what is
// not where it belongs.
#pragma once

#include <twinsite/site/finding.hpp>
#include <twinsite/site/state.hpp>
#include <twinsite/site/topology.hpp>
#include <twinsite/site/xml.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace twinsite::site {

/// DRBD's options as they are in force on this node, by LUN; missing where they are not known.
using MirrorFencing = std::map<std::string, std::string>;

/// Traps in the constraints and properties of CIB, whoever wrote them.
std::vector<Finding> check_configuration(const Topology& topology, const Xml& cib);

/// leftover-fence-constraint: DRBD's promotion bans on a LUN whose copies are all up to date. While
/// a copy is not, its ban protects the data and is no finding.
std::vector<Finding> check_bans(const Topology& topology, const Xml& cib,
                                const ClusterState& state);

/// Where things run.
std::vector<Finding> check_state(const Topology& topology, const ClusterState& state);

/// All of the above.
std::vector<Finding> check_cluster(const Topology& topology, const Xml& cib,
                                   const ClusterState& state);

/// isolation-policy-incomplete: majority, and NODE's sbd would not end it, or not in time. SECONDS
/// is its SBD_WATCHDOG_TIMEOUT; nothing where sbd has no configuration.
std::vector<Finding> check_sbd(const Topology& topology, const std::string& node,
                               std::optional<std::int64_t> seconds);

/// drbd-policy-mismatch.
std::vector<Finding> check_mirror_options(const Topology& topology, const MirrorFencing& fencing);

} // namespace twinsite::site
