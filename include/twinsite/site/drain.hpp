// Planned evacuation of nodes: Pacemaker's standby.
#pragma once

#include <twinsite/base/result.hpp>
#include <twinsite/site/state.hpp>
#include <twinsite/site/topology.hpp>
#include <twinsite/site/xml.hpp>

#include <set>
#include <string>
#include <vector>

namespace twinsite::site {

/// The nodes that "node NAME" or "site NAME" means. Error invalid_config when there is none.
Result<std::vector<std::string>> drain_targets(const Topology& topology, const std::string& kind,
                                               const std::string& name);

/// Nodes that the configuration of CIB keeps in standby, whoever put them there.
std::set<std::string> nodes_in_standby(const Xml& cib);

struct StandbyChange {
    Xml cib;
    std::vector<std::string> left; ///< nodes in standby by another hand, which keep it as it is
};

/// CIB with NODES in standby, or out of it. Only a standby that this function set is taken back:
/// the id of the pair tells. Error conflict when the cluster does not know a node.
Result<StandbyChange> with_standby(Xml cib, const std::vector<std::string>& nodes, bool standby);

/// Why draining NODES would lose the last good copy of a LUN; "" when it would not.
std::string last_copy_on(const Topology& topology, const ClusterState& state,
                         const std::vector<std::string>& nodes);

} // namespace twinsite::site
