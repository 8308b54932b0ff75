#include <twinsite/base/text.hpp>
#include <twinsite/site/names.hpp>
#include <twinsite/site/site_map.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

namespace twinsite::site {

std::string_view to_string(Place place) {
    switch (place) {
    case Place::home:
        return "home";
    case Place::away:
        return "away";
    case Place::stopped:
        return "stopped";
    case Place::unknown:
        return "unknown";
    }
    return "unknown";
}

std::string_view to_string(CopyState state) {
    switch (state) {
    case CopyState::good:
        return "up to date";
    case CopyState::alone:
        return "up to date, peer unknown";
    case CopyState::poor:
        return "not up to date";
    case CopyState::never:
        return "must not be promoted";
    case CopyState::unknown:
        return "unknown";
    }
    return "unknown";
}

namespace {

std::string node_word(const NodeState* state) {
    if (state == nullptr) {
        return "not in the cluster";
    }
    if (state->unclean) {
        return "UNCLEAN";
    }
    if (!state->online) {
        return "OFFLINE";
    }
    if (state->pending) {
        return "joining";
    }
    if (state->maintenance) {
        return "maintenance";
    }
    return state->standby ? "standby" : "online";
}

CopyState copy_state(const Lun& lun, const NodeState* node) {
    if (node == nullptr || !node->online) {
        return CopyState::unknown;
    }
    const auto found = node->attributes.find("master-" + mirror_id(lun.name));
    if (found == node->attributes.end()) {
        return CopyState::unknown;
    }
    if (found->second == "-INFINITY") {
        return CopyState::never;
    }
    const auto score = parse_integer(found->second, -1000000, 1000000);
    constexpr std::int64_t good = 10000; // the mirror agent's scores
    constexpr std::int64_t alone = 1000;
    if (!score) {
        return CopyState::unknown;
    }
    if (*score >= good) {
        return CopyState::good;
    }
    return *score >= alone ? CopyState::alone : (*score < 0 ? CopyState::never : CopyState::poor);
}

std::string trouble_of(const ResourceState* state) {
    if (state == nullptr) {
        return "not configured";
    }
    if (state->blocked) {
        return "FAILED and blocked";
    }
    if (state->failed) {
        return "FAILED";
    }
    if (!state->managed) {
        return "unmanaged";
    }
    return state->pending;
}

/// Places by site, with the doubt that an unclean node brings.
class Where {
public:
    Where(const Topology& topology, const ClusterState& state)
        : state_(state) {
        for (const Node& node : topology.nodes) {
            site_of_.emplace(node.name, node.site);
        }
    }
    [[nodiscard]] std::string site(std::string_view node) const {
        const auto found = site_of_.find(node);
        return found == site_of_.end() ? std::string{} : found->second;
    }
    [[nodiscard]] Place place(std::string_view node, std::string_view home) const {
        if (node.empty()) {
            return Place::stopped;
        }
        const NodeState* state = state_.node(node);
        if (state == nullptr || state->unclean) {
            return Place::unknown;
        }
        return site(node) == home ? Place::home : Place::away;
    }

private:
    const ClusterState& state_;
    std::unordered_map<std::string_view, std::string> site_of_;
};

/// What the promoted copy says; another one's word would be an old one.
std::optional<std::int64_t> behind_kib(const Lun& lun, const NodeState* promoted) {
    if (promoted == nullptr || !promoted->online) {
        return {};
    }
    const auto told = promoted->attributes.find("mirror-behind-" + lun.name);
    const auto kib = told == promoted->attributes.end() ? fail(ErrorKind::not_found, "not told")
                                                        : parse_integer(told->second, 0, INT64_MAX);
    return kib ? std::optional(*kib) : std::nullopt;
}

LunEntry lun_entry(const Lun& lun, const ClusterState& state, const Where& where) {
    LunEntry entry;
    entry.lun = &lun;
    const ResourceState* mirror = state.resource(mirror_id(lun.name));
    const ResourceState* address = state.resource(address_id(lun.name));
    const ResourceState* target = state.resource(target_id(lun.name));
    if (mirror != nullptr) {
        entry.promoted_on = mirror->promoted_on();
    }
    if (address != nullptr && target != nullptr && !address->running.empty() &&
        !target->running.empty() && address->running.front().node == target->running.front().node) {
        entry.served_on = address->running.front().node;
    }
    if (lun.converged() && mirror != nullptr) {
        for (const Instance& instance : mirror->running) {
            if (instance.promoted && where.site(instance.node) == lun.home) {
                entry.promoted_on = instance.node;
            }
        }
        entry.served_on = entry.promoted_on;
    }
    entry.site = where.site(entry.promoted_on);
    entry.behind_kib = behind_kib(lun, state.node(entry.promoted_on));
    entry.place = where.place(entry.promoted_on, lun.home);
    for (const Replica& replica : lun.mirror.replicas) {
        const bool running = mirror != nullptr &&
                             std::any_of(mirror->running.begin(), mirror->running.end(),
                                         [&](const Instance& i) { return i.node == replica.node; });
        entry.copies.push_back({replica.node, copy_state(lun, state.node(replica.node)), running});
    }
    for (const ResourceState* part : {mirror, address, target}) {
        if (lun.converged() && part != mirror) {
            continue;
        }
        if (const std::string trouble = trouble_of(part); !trouble.empty()) {
            entry.trouble = part == nullptr ? trouble : fmt::format("{} {}", part->id, trouble);
            break;
        }
    }
    return entry;
}

VmEntry vm_entry(const Vm& vm, const ClusterState& state, const Where& where) {
    VmEntry entry;
    entry.vm = &vm;
    const ResourceState* resource = state.resource(vm_id(vm.name));
    if (resource != nullptr && !resource->running.empty()) {
        entry.node = resource->running.front().node;
    }
    entry.site = where.site(entry.node);
    entry.place = where.place(entry.node, vm.home);
    entry.trouble = trouble_of(resource);
    if (resource != nullptr && resource->running.size() > 1) {
        entry.trouble = "seen on several nodes";
    }
    return entry;
}

} // namespace

SiteMap map_sites(const Topology& topology, const ClusterState& state) {
    SiteMap map;
    map.cluster = topology.cluster;
    map.quorate = state.quorate;
    map.dc = state.dc;
    map.witness = topology.witness;
    map.sites = topology.sites;
    const Where where(topology, state);
    std::unordered_map<std::string_view, std::size_t> node_index;
    for (const Node& node : topology.nodes) {
        node_index.emplace(node.name, map.nodes.size());
        map.nodes.push_back({&node, node_word(state.node(node.name)), 0});
    }
    std::unordered_map<std::string_view, std::string> lun_site;
    for (const Lun& lun : topology.luns) {
        map.luns.push_back(lun_entry(lun, state, where));
        // A converged LUN is on both sides: no VM can be apart from it.
        lun_site.emplace(lun.name, lun.converged() ? std::string() : map.luns.back().site);
    }
    for (const Vm& vm : topology.vms) {
        VmEntry entry = vm_entry(vm, state, where);
        for (const std::string& lun : vm.luns) {
            const auto found = lun_site.find(lun);
            if (found != lun_site.end() && !found->second.empty() && !entry.site.empty() &&
                found->second != entry.site) {
                entry.apart = true;
            }
        }
        if (const auto at = node_index.find(entry.node); at != node_index.end()) {
            map.nodes[at->second].used_mib += vm.memory_mib;
        }
        map.vms.push_back(std::move(entry));
    }
    return map;
}

} // namespace twinsite::site
