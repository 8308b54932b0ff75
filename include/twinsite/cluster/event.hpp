// What may happen to nodes, written into a CIB as the cluster itself would write it.
#pragma once

#include <twinsite/site/xml.hpp>

#include <string>
#include <vector>

namespace twinsite::cluster {

/// A copy that its agent no longer offers for promotion, on a node that lives.
struct FailedMirror {
    std::string node;
    std::string mirror; ///< id of the primitive
};

struct Event {
    std::vector<std::string> failed_nodes = {};
    std::vector<std::string> lost_nodes = {}; ///< out of sight, not to be fenced now
    std::vector<FailedMirror> failed_mirrors = {};
    bool quorum_lost = false;
};

/// CIB (configuration and status) as it is right after EVENT. crm_simulate's options --node-fail,
/// --node-down and --quorum mean the same, but copy the whole CIB several times for each node.
void happen(site::Xml& cib, const Event& event);

} // namespace twinsite::cluster
