// An operator says that the other site is dead: what that means, and when it must be refused.
#pragma once

#include <twinsite/base/result.hpp>
#include <twinsite/site/state.hpp>
#include <twinsite/site/topology.hpp>

#include <string>
#include <vector>

namespace twinsite::site {

/// A copy in the living site that is promoted in place of one in the dead site.
struct Takeover {
    std::string lun;
    std::string node;
    std::string text; ///< its state, and whose writes may be missing in it
};

struct GoLive {
    std::vector<std::string> dead; ///< nodes to be confirmed as dead
    unsigned votes = 0;            ///< what is left
    /// LUNs that are not promoted in the living site now, whatever their home.
    std::vector<Takeover> takes_over;
    std::vector<std::string> stays_down; ///< LUNs whose copy in the living site has no living node
};

/// SITE lives, the other does not. Errors: invalid_config for an unknown site; conflict when a node
/// of the other site is still a member, or, without FORCE, when this site has quorum and either
/// fences by itself or has nothing left to take over.
Result<GoLive> plan_go_live(const Topology& topology, const ClusterState& state,
                            const std::string& site, bool force);

} // namespace twinsite::site
