#include "lib/site/host_memory.hpp"
#include "lib/site/reach.hpp"

#include <twinsite/site/scores.hpp>
#include <twinsite/site/spread.hpp>

#include <algorithm>
#include <numeric>
#include <set>

namespace twinsite::site {

namespace {

struct Host {
    const Node* node;
    std::int64_t left_mib;
    std::size_t vms = 0;
};

struct Spread {
    std::vector<std::string> chosen;       ///< by VM, in the order of the topology
    std::set<std::string_view> overfilled; ///< sites
};

/// Each VM of ORDER to the host of its home with the most memory left.
Spread spread_in(const Topology& topology, const std::vector<std::size_t>& order) {
    std::vector<Host> hosts;
    for (const Node& node : topology.nodes) {
        if (node.compute) {
            hosts.push_back({&node, node.usable_mib()});
        }
    }
    const auto place = [](Host& host, const Vm& vm) {
        host.left_mib -= vm.memory_mib;
        ++host.vms;
    };
    for (const Vm& vm : topology.vms) { // what is fixed counts first
        for (Host& host : hosts) {
            if (host.node->name == vm.host) {
                place(host, vm);
            }
        }
    }
    const Reach reach(topology);
    Spread spread;
    spread.chosen.resize(topology.vms.size());
    for (const std::size_t at : order) {
        const Vm& vm = topology.vms[at];
        if (!vm.host.empty()) {
            spread.chosen[at] = vm.host;
            continue;
        }
        Host* best = nullptr;
        for (Host& host : hosts) {
            if (host.node->site != vm.home || !reach.reaches(host.node->name, vm)) {
                continue;
            }
            if (best == nullptr || host.left_mib > best->left_mib ||
                (host.left_mib == best->left_mib && host.vms < best->vms)) {
                best = &host;
            }
        }
        if (best != nullptr) {
            place(*best, vm);
            spread.chosen[at] = best->node->name;
        }
    }
    for (const Host& host : hosts) {
        if (host.left_mib < 0 && host.node->memory_mib > 0) {
            spread.overfilled.insert(host.node->site);
        }
    }
    return spread;
}

} // namespace

std::vector<std::string> preferred_hosts(const Topology& topology) {
    std::vector<std::size_t> order(topology.vms.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    Spread spread = spread_in(topology, order);
    if (spread.overfilled.empty()) {
        return std::move(spread.chosen);
    }
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
        return topology.vms[a].memory_mib > topology.vms[b].memory_mib;
    });
    Spread largest_first = spread_in(topology, order);
    for (const std::size_t at : order) {
        const std::string& site = topology.vms[at].home;
        if (spread.overfilled.contains(site) && !largest_first.overfilled.contains(site)) {
            spread.chosen[at] = std::move(largest_first.chosen[at]);
        }
    }
    return std::move(spread.chosen);
}

namespace {

/// A host for a VM whose preferred one is full.
std::string other_host(const Topology& topology, const Reach& reach, const HostMemory& memory,
                       const Vm& vm) {
    const auto reaches = [&](const Node& node) { return reach.reaches(node.name, vm); };
    const bool may_leave = !keeps_to_lun(topology.policy) || reach.is_local(vm);
    std::string host = memory.roomiest(vm.home, vm, reaches);
    for (const std::string& site : topology.sites) {
        if (host.empty() && site != vm.home && may_leave) {
            host = memory.roomiest(site, vm, reaches);
        }
    }
    return host;
}

} // namespace

std::vector<std::string> normal_hosts(const Topology& topology) {
    std::vector<std::string> hosts = preferred_hosts(topology);
    const Reach reach(topology);
    HostMemory memory(topology, [](const Node&) { return true; });
    for (const auto& group : by_priority(topology)) {
        std::vector<std::size_t> displaced;
        for (const std::size_t at : group) {
            const Vm& vm = topology.vms[at];
            if (memory.fits(hosts[at], vm) && reach.reaches(hosts[at], vm)) {
                memory.take(hosts[at], vm);
            } else {
                displaced.push_back(at);
            }
        }
        for (const std::size_t at : displaced) {
            hosts[at] = other_host(topology, reach, memory, topology.vms[at]);
            memory.take(hosts[at], topology.vms[at]);
        }
    }
    return hosts;
}

} // namespace twinsite::site
