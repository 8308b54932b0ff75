// home-does-not-fit: the normal state is not one.
#include <twinsite/base/text.hpp>
#include <twinsite/site/capacity.hpp>
#include <twinsite/site/spread.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace twinsite::site {

namespace {

/// What SITE's own hosts offer, and what its VMs need.
struct Balance {
    std::vector<std::int64_t> room;
    std::vector<std::int64_t> needs;
    std::int64_t room_mib = 0;
    std::int64_t needed_mib = 0;
};

Balance balance_of(const Topology& topology, std::string_view site) {
    Balance balance;
    for (const Node& node : topology.nodes) {
        if (node.compute && node.site == site) {
            balance.room.push_back(node.usable_mib());
            balance.room_mib += node.usable_mib();
        }
    }
    for (const Vm& vm : topology.vms) {
        if (vm.home == site) {
            balance.needs.push_back(vm.memory_mib);
            balance.needed_mib += vm.memory_mib;
        }
    }
    return balance;
}

/// "big (20000 MiB) runs in rz2, huge (90000 MiB) nowhere", the first few.
std::string told(const Topology& topology, const std::vector<std::size_t>& strays,
                 const std::vector<std::string>& hosts) {
    constexpr std::size_t most = 3;
    std::vector<std::string> words;
    for (std::size_t i = 0; i < std::min(strays.size(), most); ++i) {
        const Vm& vm = topology.vms[strays[i]];
        const Node* node = topology.node(hosts[strays[i]]);
        words.push_back(
            fmt::format("{} ({} MiB) {}", vm.name, vm.memory_mib,
                        node == nullptr ? "runs nowhere" : fmt::format("runs in {}", node->site)));
    }
    if (strays.size() > most) {
        words.push_back(fmt::format("and {} more", strays.size() - most));
    }
    return join(words, ", ");
}

std::string proof(const Balance& balance) {
    switch (pack(balance.needs, balance.room)) {
    case Packing::impossible:
        return fmt::format("that is proven ({} MiB needed, {} MiB there)", balance.needed_mib,
                           balance.room_mib);
    case Packing::no_plan_found:
        return fmt::format("no plan was found ({} MiB needed, {} MiB there)", balance.needed_mib,
                           balance.room_mib);
    case Packing::fits:
        break;
    }
    return "there is a plan, but Pacemaker would not find it";
}

} // namespace

std::vector<Finding> check_home_capacity(const Topology& topology) {
    std::vector<Finding> findings;
    if (std::any_of(topology.nodes.begin(), topology.nodes.end(),
                    [](const Node& node) { return node.compute && node.memory_mib == 0; })) {
        return findings;
    }
    const auto hosts = normal_hosts(topology);
    for (const std::string& site : topology.sites) {
        std::vector<std::size_t> strays;
        for (std::size_t i = 0; i < hosts.size(); ++i) {
            const Node* node = topology.node(hosts[i]);
            if (topology.vms[i].home == site && (node == nullptr || node->site != site)) {
                strays.push_back(i);
            }
        }
        if (!strays.empty()) {
            findings.push_back(
                {"home-does-not-fit", Severity::error, fmt::format("/sites/{}", site),
                 fmt::format("the VMs at home in {} do not all fit on its hosts even when nothing "
                             "fails: {}; {}",
                             site, told(topology, strays, hosts),
                             proof(balance_of(topology, site))),
                 fmt::format("Add memory or a host in {}, give VMs another home, or choose their "
                             "\"host\".",
                             site)});
        }
    }
    return findings;
}

} // namespace twinsite::site
