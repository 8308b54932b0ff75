#include <twinsite/site/spread.hpp>

#include <algorithm>
#include <unordered_map>

namespace twinsite::site {

namespace {

struct Host {
    const Node* node;
    std::int64_t left_mib;
    std::size_t vms = 0;
};

} // namespace

std::vector<std::string> preferred_hosts(const Topology& topology) {
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
    std::vector<std::string> chosen;
    chosen.reserve(topology.vms.size());
    for (const Vm& vm : topology.vms) {
        if (!vm.host.empty()) {
            chosen.push_back(vm.host);
            continue;
        }
        Host* best = nullptr;
        for (Host& host : hosts) {
            if (host.node->site != vm.home) {
                continue;
            }
            if (best == nullptr || host.left_mib > best->left_mib ||
                (host.left_mib == best->left_mib && host.vms < best->vms)) {
                best = &host;
            }
        }
        if (best == nullptr) {
            chosen.emplace_back();
            continue;
        }
        place(*best, vm);
        chosen.push_back(best->node->name);
    }
    return chosen;
}

} // namespace twinsite::site
