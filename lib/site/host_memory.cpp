#include "lib/site/host_memory.hpp"

#include <map>

namespace twinsite::site {

HostMemory::HostMemory(const Topology& topology, const Allowed& holds) {
    for (const Node& node : topology.nodes) {
        if (node.compute && holds(node)) {
            index_.emplace(node.name, hosts_.size());
            hosts_.push_back({&node, node.usable_mib(), 0});
        }
    }
}

bool HostMemory::fits(std::string_view host, const Vm& vm) const {
    const auto found = index_.find(host);
    return found != index_.end() && fits(hosts_[found->second], vm);
}

void HostMemory::take(std::string_view host, const Vm& vm) {
    if (const auto found = index_.find(host); found != index_.end()) {
        hosts_[found->second].left_mib -= vm.memory_mib;
        ++hosts_[found->second].vms;
    }
}

std::string HostMemory::roomiest(std::string_view site, const Vm& vm,
                                 const Allowed& allowed) const {
    const Entry* best = nullptr;
    for (const Entry& entry : hosts_) {
        const bool better = best == nullptr || entry.left_mib > best->left_mib ||
                            (entry.left_mib == best->left_mib && entry.vms < best->vms);
        if (better && entry.node->site == site && fits(entry, vm) && allowed(*entry.node)) {
            best = &entry;
        }
    }
    return best == nullptr ? std::string{} : best->node->name;
}

std::vector<std::vector<std::size_t>> by_priority(const Topology& topology) {
    std::map<std::int64_t, std::vector<std::size_t>, std::greater<>> sorted;
    for (std::size_t i = 0; i < topology.vms.size(); ++i) {
        sorted[topology.vms[i].priority].push_back(i);
    }
    std::vector<std::vector<std::size_t>> groups;
    groups.reserve(sorted.size());
    for (auto& [priority, vms] : sorted) {
        groups.push_back(std::move(vms));
    }
    return groups;
}

} // namespace twinsite::site
