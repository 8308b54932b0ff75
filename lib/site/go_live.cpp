#include <twinsite/base/text.hpp>
#include <twinsite/site/go_live.hpp>
#include <twinsite/site/site_map.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace twinsite::site {

Result<GoLive> plan_go_live(const Topology& topology, const ClusterState& state,
                            const std::string& site) {
    if (std::find(topology.sites.begin(), topology.sites.end(), site) == topology.sites.end()) {
        return fail(ErrorKind::invalid_config,
                    fmt::format("there is no site \"{}\"; there are: {}", printable(site),
                                join(topology.sites, ", ")));
    }
    if (topology.policy.isolation == Isolation::majority) {
        return fail(ErrorKind::conflict,
                    "with isolation \"majority\" the witness decides; if it is gone too, restore "
                    "it first");
    }
    GoLive plan;
    for (const Node& node : topology.nodes) {
        const NodeState* live = state.node(node.name);
        const bool member = live != nullptr && live->online && !live->unclean;
        if (node.site == site) {
            plan.votes += member ? 1U : 0U;
            continue;
        }
        if (member) {
            return fail(ErrorKind::conflict,
                        fmt::format("{} of the other site is a member of this cluster: it is not "
                                    "dead",
                                    node.name));
        }
        plan.dead.push_back(node.name);
    }
    if (plan.votes == 0) {
        return fail(ErrorKind::conflict,
                    fmt::format("no node of {} is a member here; run this command on a living "
                                "node of {}",
                                site, site));
    }
    const SiteMap map = map_sites(topology, state);
    for (const LunEntry& lun : map.luns) {
        if (lun.lun->home == site) {
            continue;
        }
        for (const CopyEntry& copy : lun.copies) {
            const Node* node = topology.node(copy.node);
            if (node != nullptr && node->site == site) {
                plan.takes_over.push_back(fmt::format(
                    "{} on {} ({}): what {} wrote after the sites lost each other is missing in it",
                    lun.lun->name, copy.node, to_string(copy.state), lun.lun->home));
            }
        }
    }
    return plan;
}

} // namespace twinsite::site
