// An operator says that the other site is dead: what that means, and when it must be refused.
#pragma once

#include <twinsite/base/result.hpp>
#include <twinsite/site/state.hpp>
#include <twinsite/site/topology.hpp>

#include <string>
#include <vector>

namespace twinsite::site {

struct GoLive {
    std::vector<std::string> dead; ///< nodes to be confirmed as dead
    unsigned votes = 0;            ///< what is left
    std::vector<std::string>
        takes_over; ///< LUNs whose home is the dead site, and what may be missing
};

/// SITE lives, the other does not. Errors: invalid_config for an unknown site; conflict when a node
/// of the other site is still a member, or this site has quorum and fences by itself.
Result<GoLive> plan_go_live(const Topology& topology, const ClusterState& state,
                            const std::string& site);

} // namespace twinsite::site
