#include "lib/site/normal_load.hpp"

#include <twinsite/site/capacity.hpp>

#include <algorithm>

namespace twinsite::site {

std::string_view to_string(LossVerdict verdict) {
    switch (verdict) {
    case LossVerdict::fits:
        return "fits";
    case LossVerdict::leaves_site:
        return "leaves site";
    case LossVerdict::does_not_fit:
        return "does not fit";
    }
    return "does not fit";
}

namespace {

/// What the capacity report says of the topology as it is.
struct Baseline {
    std::size_t strays;
    const std::vector<LossReport>& losses;
};

/// Whether one more VM makes nothing worse.
bool still_good(const Topology& topology, const Baseline& now, const std::string& home,
                std::int64_t mib) {
    Topology more = topology;
    Vm vm;
    vm.name = "one-more";
    vm.home = home;
    vm.memory_mib = mib;
    more.vms.push_back(vm);
    const NormalLoad load(more);
    if (load.strays() > now.strays) {
        return false;
    }
    const auto losses = load.all_losses();
    for (std::size_t i = 0; i < losses.size(); ++i) {
        // Where a site has one host only, its loss cannot but leave the site.
        const Node* node = topology.node(losses[i].name);
        const bool single = !losses[i].is_site && node != nullptr && load.hosts_in(node->site) == 1;
        const LossVerdict allowed = single
                                        ? std::max(now.losses[i].verdict, LossVerdict::leaves_site)
                                        : now.losses[i].verdict;
        if (losses[i].verdict > allowed) {
            return false;
        }
    }
    return true;
}

} // namespace

CapacityReport capacity(const Topology& topology) {
    CapacityReport report;
    const NormalLoad load(topology);
    report.known = load.known();
    if (!report.known) {
        return report;
    }
    report.losses = load.all_losses();
    const Baseline now{load.strays(), report.losses};
    for (const std::string& site : topology.sites) {
        std::int64_t low = 0;
        std::int64_t high = 0;
        for (const NormalLoad::Host& host : load.hosts()) {
            high = host.node->site == site ? std::max(high, host.left_mib) : high;
        }
        while (low < high) {
            const std::int64_t middle = low + (high - low + 1) / 2;
            if (still_good(topology, now, site, middle)) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        report.headroom.push_back({site, low});
    }
    return report;
}

} // namespace twinsite::site
