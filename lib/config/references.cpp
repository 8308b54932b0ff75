#include "lib/config/topology_reader.hpp"

#include <twinsite/base/choice.hpp>
#include <twinsite/base/text.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

namespace twinsite::config {

namespace {

/// One kind of named thing, and the question whether a name is one of them.
class Names {
public:
    Names(std::string what, Problems& problems)
        : what_(std::move(what))
        , problems_(problems) {}

    void add(const std::string& name) {
        if (set_.insert(name).second) {
            list_.push_back(name);
        }
    }
    void need(const std::string& name, const std::string& where) const {
        if (name.empty() || set_.contains(name)) {
            return;
        }
        problems_.add("unknown-reference", where, no_such(what_, name, list_),
                      fmt::format("Name an existing {}, or add this one.", what_));
    }

private:
    std::string what_;
    Problems& problems_;
    std::vector<std::string> list_;
    std::unordered_set<std::string> set_;
};

template <typename Items>
void collect(Names& names, const Items& items) {
    for (const auto& item : items) {
        names.add(item.name);
    }
}

using Index = std::unordered_map<std::string_view, std::size_t>;

/// Each VM that still WAITS has one in its "after" that waits too: going from one to the next leads
/// into a circle. Returned from its first member in the file on.
std::vector<std::size_t> find_circle(const site::Topology& topology, const Index& index,
                                     const std::vector<std::size_t>& waiting) {
    std::vector<std::size_t> path;
    std::vector<bool> seen(waiting.size(), false);
    auto at = static_cast<std::size_t>(
        std::find_if(waiting.begin(), waiting.end(), [](std::size_t n) { return n > 0; }) -
        waiting.begin());
    while (!seen[at]) {
        seen[at] = true;
        path.push_back(at);
        for (const std::string& first : topology.vms[at].after) {
            if (const auto found = index.find(first);
                found != index.end() && waiting[found->second] > 0) {
                at = found->second;
                break;
            }
        }
    }
    path.erase(path.begin(), std::find(path.begin(), path.end(), at));
    std::rotate(path.begin(), std::min_element(path.begin(), path.end()), path.end());
    return path;
}

/// A circle in "after" would keep every VM in it from ever starting.
void find_cycle(const site::Topology& topology, Problems& problems) {
    Index index;
    for (std::size_t i = 0; i < topology.vms.size(); ++i) {
        index.emplace(topology.vms[i].name, i);
    }
    // Kahn: take away what waits for nobody; what is left is in a circle or behind one.
    std::vector<std::size_t> waiting(topology.vms.size(), 0);
    std::vector<std::vector<std::size_t>> waited_for(topology.vms.size());
    for (std::size_t i = 0; i < topology.vms.size(); ++i) {
        for (const std::string& first : topology.vms[i].after) {
            if (const auto found = index.find(first); found != index.end()) {
                ++waiting[i];
                waited_for[found->second].push_back(i);
            }
        }
    }
    std::vector<std::size_t> free;
    for (std::size_t i = 0; i < waiting.size(); ++i) {
        if (waiting[i] == 0) {
            free.push_back(i);
        }
    }
    std::size_t taken = 0;
    while (!free.empty()) {
        const std::size_t vm = free.back();
        free.pop_back();
        ++taken;
        for (const std::size_t next : waited_for[vm]) {
            if (--waiting[next] == 0) {
                free.push_back(next);
            }
        }
    }
    if (taken == topology.vms.size()) {
        return;
    }
    const auto circle = find_circle(topology, index, waiting);
    std::vector<std::string> names;
    names.reserve(circle.size() + 1);
    for (const std::size_t vm : circle) {
        names.push_back(topology.vms[vm].name);
    }
    names.push_back(names.front());
    problems.add(
        "schema-invalid", below(below("/vms", names.front()), "after"),
        fmt::format("these VMs wait for each other in a circle: {}", join(names, " after ")),
        "Remove one \"after\" of the circle.");
}

} // namespace

void check_references(const site::Topology& topology, Problems& problems) {
    Names sites("site", problems);
    Names nodes("node", problems);
    Names pdus("PDU", problems);
    Names luns("LUN", problems);
    Names vms("VM", problems);
    for (const std::string& site : topology.sites) {
        sites.add(site);
    }
    collect(nodes, topology.nodes);
    collect(pdus, topology.pdus);
    collect(luns, topology.luns);
    collect(vms, topology.vms);

    for (const site::Node& node : topology.nodes) {
        const std::string path = below("/nodes", node.name);
        sites.need(node.site, below(path, "site"));
        for (std::size_t i = 0; i < node.power.size(); ++i) {
            pdus.need(node.power[i].pdu, below(below(below(path, "power"), i), "pdu"));
        }
    }
    for (const site::Pdu& pdu : topology.pdus) {
        sites.need(pdu.site, below(below("/pdus", pdu.name), "site"));
    }
    for (const site::Lun& lun : topology.luns) {
        const std::string path = below("/luns", lun.name);
        sites.need(lun.home, below(path, "home"));
        for (const site::Replica& replica : lun.mirror.replicas) {
            const std::string where = below(below(below(path, "mirror"), "nodes"), replica.node);
            nodes.need(replica.node, where);
            const site::Node* node = topology.node(replica.node);
            if (node != nullptr && !node->storage) {
                problems.add("schema-invalid", where,
                             fmt::format("{} has not the role storage", replica.node),
                             "Give the node the role \"storage\", or name another node.");
            }
            if (node != nullptr && lun.converged() && !node->compute) {
                problems.add("schema-invalid", where,
                             fmt::format("{} has no iSCSI target, and {} has not the role compute",
                                         lun.name, replica.node),
                             "Give the node the role \"compute\", or the LUN a target.");
            }
        }
    }
    for (const site::Vm& vm : topology.vms) {
        const std::string path = below("/vms", vm.name);
        sites.need(vm.home, below(path, "home"));
        for (std::size_t i = 0; i < vm.luns.size(); ++i) {
            luns.need(vm.luns[i], below(below(path, "luns"), i));
        }
        for (std::size_t i = 0; i < vm.after.size(); ++i) {
            vms.need(vm.after[i], below(below(path, "after"), i));
        }
        nodes.need(vm.host, below(path, "host"));
        const site::Node* host = topology.node(vm.host);
        if (host != nullptr && (!host->compute || host->site != vm.home)) {
            problems.add("schema-invalid", below(path, "host"),
                         fmt::format("{} is no compute node of {}", vm.host, vm.home),
                         "Name a compute node of the VM's home, or leave \"host\" out.");
        }
    }
    find_cycle(topology, problems);
}

} // namespace twinsite::config
