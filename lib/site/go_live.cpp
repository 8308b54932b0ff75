#include <twinsite/base/choice.hpp>
#include <twinsite/base/text.hpp>
#include <twinsite/site/go_live.hpp>
#include <twinsite/site/names.hpp>
#include <twinsite/site/site_map.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace twinsite::site {

namespace {

bool is_member(const ClusterState& state, std::string_view node) {
    const NodeState* live = state.node(node);
    return live != nullptr && live->online && !live->unclean;
}

/// All devices of NODE are started, and none has failed.
bool is_fenced_by_itself(const ClusterState& state, const std::string& node) {
    const auto enabled = state.properties.find("stonith-enabled");
    if (enabled != state.properties.end() && enabled->second == "false") {
        return false;
    }
    std::size_t devices = 0;
    while (const ResourceState* device = state.resource(fence_id(node, devices))) {
        if (device->failed || device->blocked || device->running.empty()) {
            return false;
        }
        ++devices;
    }
    return devices > 0;
}

/// With quorum Pacemaker fences and takes over without an operator. "" where it cannot.
std::string why_not_needed(const ClusterState& state, const std::string& site, const GoLive& plan) {
    if (!state.quorate) {
        return {};
    }
    std::vector<std::string> unclean;
    for (const std::string& node : plan.dead) {
        const NodeState* live = state.node(node);
        if (live != nullptr && live->unclean) {
            unclean.push_back(node);
        }
    }
    const bool fences = !unclean.empty() &&
                        std::all_of(unclean.begin(), unclean.end(), [&](const std::string& node) {
                            return is_fenced_by_itself(state, node);
                        });
    if (fences) {
        return fmt::format(
            "{} has quorum and fences {} by itself: wait, and look at \"pcs stonith history\". "
            "When it goes on failing and you saw that the other site has no power, add --force",
            site, join(unclean, ", "));
    }
    if (unclean.empty() && plan.takes_over.empty()) {
        return fmt::format("{} has quorum, the nodes of the other site are down, and no LUN waits: "
                           "there is nothing to confirm. What does not run shows \"twinsite "
                           "status\"",
                           site);
    }
    return {};
}

/// On a living node of SITE.
bool is_promoted_in(const Topology& topology, const ClusterState& state, const Lun& lun,
                    const std::string& site) {
    const ResourceState* mirror = state.resource(mirror_id(lun.name));
    return mirror != nullptr &&
           std::any_of(mirror->running.begin(), mirror->running.end(), [&](const Instance& one) {
               const Node* node = topology.node(one.node);
               return one.promoted && node != nullptr && node->site == site &&
                      is_member(state, one.node);
           });
}

/// Whose writes may be missing in a copy that is promoted now.
std::string missing_in(const LunEntry& lun, const CopyEntry& copy, const std::string& dead_site) {
    return lun.promoted_on.empty()
               ? fmt::format("{} on {} ({}): what {} wrote, if it was promoted there, after the "
                             "sites lost each other is missing in it",
                             lun.lun->name, copy.node, to_string(copy.state), dead_site)
               : fmt::format("{} on {} ({}): what {} wrote after the sites lost each other is "
                             "missing in it",
                             lun.lun->name, copy.node, to_string(copy.state), lun.promoted_on);
}

void find_takeovers(const Topology& topology, const ClusterState& state, const std::string& site,
                    GoLive& plan) {
    const SiteMap map = map_sites(topology, state);
    const std::string& dead_site =
        topology.sites.front() == site ? topology.sites.back() : topology.sites.front();
    for (const LunEntry& lun : map.luns) {
        if (is_promoted_in(topology, state, *lun.lun, site)) {
            continue;
        }
        bool alive = false;
        for (const CopyEntry& copy : lun.copies) {
            const Node* node = topology.node(copy.node);
            if (node != nullptr && node->site == site && is_member(state, copy.node)) {
                alive = true;
                plan.takes_over.push_back(
                    {lun.lun->name, copy.node, missing_in(lun, copy, dead_site)});
            }
        }
        if (!alive) {
            plan.stays_down.push_back(lun.lun->name);
        }
    }
}

} // namespace

Result<GoLive> plan_go_live(const Topology& topology, const ClusterState& state,
                            const std::string& site, bool force) {
    if (std::find(topology.sites.begin(), topology.sites.end(), site) == topology.sites.end()) {
        return fail(ErrorKind::invalid_config, no_such("site", site, topology.sites));
    }
    if (topology.policy.isolation == Isolation::majority) {
        return fail(ErrorKind::conflict,
                    "with isolation \"majority\" the witness decides; if it is gone too, restore "
                    "it first");
    }
    GoLive plan;
    for (const Node& node : topology.nodes) {
        const bool member = is_member(state, node.name);
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
    find_takeovers(topology, state, site, plan);
    const std::string why_not = force ? std::string{} : why_not_needed(state, site, plan);
    return why_not.empty() ? Result<GoLive>(std::move(plan)) : fail(ErrorKind::conflict, why_not);
}

} // namespace twinsite::site
