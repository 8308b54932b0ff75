#include <twinsite/site/capacity.hpp>
#include <twinsite/site/scores.hpp>
#include <twinsite/site/spread.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <unordered_map>

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

struct Host {
    const Node* node;
    std::int64_t left_mib;
    std::vector<std::int64_t> vms;
    bool luns_go_along = true; ///< each of its VMs has its LUNs' home copies on it
};

std::int64_t sum(std::span<const std::int64_t> sizes) {
    return std::accumulate(sizes.begin(), sizes.end(), std::int64_t{0},
                           [](std::int64_t total, std::int64_t size) {
                               return total + std::max<std::int64_t>(size, 0);
                           });
}

/// The node that serves each LUN while nothing fails.
std::unordered_map<std::string_view, std::string_view> home_copies(const Topology& topology) {
    std::unordered_map<std::string_view, std::string_view> nodes;
    for (const Lun& lun : topology.luns) {
        for (const Replica& replica : lun.mirror.replicas) {
            const Node* node = topology.node(replica.node);
            if (node != nullptr && node->site == lun.home) {
                nodes.emplace(lun.name, node->name);
            }
        }
    }
    return nodes;
}

/// The cluster while nothing fails.
class Load {
public:
    explicit Load(const Topology& topology)
        : topology_(topology) {
        std::unordered_map<std::string_view, std::size_t> index;
        for (const Node& node : topology.nodes) {
            if (node.compute) {
                index.emplace(node.name, hosts_.size());
                hosts_.push_back({.node = &node, .left_mib = node.usable_mib(), .vms = {}});
            }
        }
        const auto served_by = home_copies(topology);
        host_of_ = normal_hosts(topology);
        for (std::size_t i = 0; i < topology.vms.size(); ++i) {
            const auto at = index.find(host_of_[i]);
            if (at != index.end()) {
                hosts_[at->second].left_mib -= topology.vms[i].memory_mib;
                hosts_[at->second].vms.push_back(topology.vms[i].memory_mib);
                for (const std::string& lun : topology.vms[i].luns) {
                    const auto served = served_by.find(lun);
                    hosts_[at->second].luns_go_along = hosts_[at->second].luns_go_along &&
                                                       served != served_by.end() &&
                                                       served->second == host_of_[i];
                }
            }
            if (at == index.end() || hosts_[at->second].node->site != topology.vms[i].home) {
                ++strays_;
            }
        }
    }

    [[nodiscard]] const std::vector<Host>& hosts() const { return hosts_; }
    /// By VM, in the order of the topology.
    [[nodiscard]] const std::vector<std::string>& host_of() const { return host_of_; }
    /// VMs that do not run at home.
    [[nodiscard]] std::size_t strays() const { return strays_; }

    [[nodiscard]] bool known() const {
        return !hosts_.empty() && std::all_of(hosts_.begin(), hosts_.end(), [](const Host& host) {
            return host.node->memory_mib > 0;
        });
    }

    [[nodiscard]] LossReport lose_host(const Host& lost) const {
        LossReport report;
        report.name = lost.node->name;
        report.displaced_mib = sum(lost.vms);
        std::vector<std::int64_t> here;
        std::vector<std::int64_t> everywhere;
        for (const Host& host : hosts_) {
            if (&host == &lost) {
                continue;
            }
            everywhere.push_back(host.left_mib);
            if (host.node->site == lost.node->site) {
                here.push_back(host.left_mib);
            }
        }
        report.free_mib = sum(here);
        if (pack(lost.vms, here) == Packing::fits) {
            return report;
        }
        // Where a VM keeps to its LUN, it leaves home only when no host of home lives and the LUN
        // leaves with it.
        const bool may_leave =
            !keeps_to_lun(topology_.policy) || (here.empty() && lost.luns_go_along);
        report.packing = pack(lost.vms, may_leave ? everywhere : here);
        if (may_leave && report.packing == Packing::fits) {
            report.verdict = LossVerdict::leaves_site;
            return report;
        }
        report.verdict = LossVerdict::does_not_fit;
        return report;
    }

    [[nodiscard]] LossReport lose_site(const std::string& site) const {
        LossReport report;
        report.is_site = true;
        report.name = site;
        std::vector<std::int64_t> displaced;
        std::vector<std::int64_t> left;
        for (const Host& host : hosts_) {
            if (host.node->site == site) {
                displaced.insert(displaced.end(), host.vms.begin(), host.vms.end());
            } else {
                left.push_back(host.left_mib);
            }
        }
        report.displaced_mib = sum(displaced);
        report.free_mib = sum(left);
        report.packing = pack(displaced, left);
        if (report.packing != Packing::fits) {
            report.verdict = LossVerdict::does_not_fit;
        }
        return report;
    }

    [[nodiscard]] std::vector<LossReport> all_losses() const {
        std::vector<LossReport> reports;
        for (const Host& host : hosts_) {
            reports.push_back(lose_host(host));
        }
        for (const std::string& site : topology_.sites) {
            reports.push_back(lose_site(site));
        }
        return reports;
    }

private:
    const Topology& topology_;
    std::vector<Host> hosts_;
    std::vector<std::string> host_of_;
    std::size_t strays_ = 0;
};

std::size_t alone_in_site(const Load& load, std::string_view site) {
    return static_cast<std::size_t>(
        std::count_if(load.hosts().begin(), load.hosts().end(),
                      [site](const Host& host) { return host.node->site == site; }));
}

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
    const Load load(more);
    if (load.strays() > now.strays) {
        return false;
    }
    const auto losses = load.all_losses();
    for (std::size_t i = 0; i < losses.size(); ++i) {
        // Where a site has one host only, its loss cannot but leave the site.
        const Node* node = topology.node(losses[i].name);
        const bool single =
            !losses[i].is_site && node != nullptr && alone_in_site(load, node->site) == 1;
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
    const Load load(topology);
    report.known = load.known();
    if (!report.known) {
        return report;
    }
    report.losses = load.all_losses();
    const Baseline now{load.strays(), report.losses};
    for (const std::string& site : topology.sites) {
        std::int64_t low = 0;
        std::int64_t high = 0;
        for (const Host& host : load.hosts()) {
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

namespace {

std::string proof(const LossReport& loss) {
    return loss.packing == Packing::impossible
               ? fmt::format("that is proven ({} MiB displaced, {} MiB free)", loss.displaced_mib,
                             loss.free_mib)
               : fmt::format("no plan was found ({} MiB displaced, {} MiB free)",
                             loss.displaced_mib, loss.free_mib);
}

void check_losses(const Topology& topology, const Load& load, std::vector<Finding>& findings) {
    for (const LossReport& loss : load.all_losses()) {
        const Node* node = topology.node(loss.name);
        if (loss.is_site && loss.verdict == LossVerdict::does_not_fit) {
            findings.push_back(
                {"site-loss-does-not-fit", Severity::warning, fmt::format("/sites/{}", loss.name),
                 fmt::format("when {} is lost its VMs do not all fit into the other site; {}",
                             loss.name, proof(loss)),
                 "Add memory, or give the VMs that may stay down the lowest \"priority\"."});
        } else if (!loss.is_site && loss.verdict == LossVerdict::does_not_fit) {
            findings.push_back(
                {"host-loss-does-not-fit", Severity::warning, fmt::format("/nodes/{}", loss.name),
                 fmt::format("when {} is lost its VMs do not all fit on other hosts; {}", loss.name,
                             proof(loss)),
                 "Add memory or a host, or run fewer VMs there."});
        } else if (!loss.is_site && loss.verdict == LossVerdict::leaves_site && node != nullptr &&
                   alone_in_site(load, node->site) > 1) {
            findings.push_back(
                {"host-loss-leaves-site", Severity::warning, fmt::format("/nodes/{}", loss.name),
                 fmt::format("when {} is lost some of its VMs have to leave {}, away from their "
                             "LUNs ({} MiB displaced, {} MiB free there)",
                             loss.name, node->site, loss.displaced_mib, loss.free_mib),
                 fmt::format("Add memory or a host in {}.", node->site)});
        }
    }
}

void check_largest(const Topology& topology, const Load& load, std::vector<Finding>& findings) {
    for (const std::string& site : topology.sites) {
        const Vm* largest = nullptr;
        std::string host;
        for (std::size_t i = 0; i < topology.vms.size(); ++i) {
            const Vm& vm = topology.vms[i];
            if (vm.home == site && (largest == nullptr || vm.memory_mib > largest->memory_mib)) {
                largest = &vm;
                host = load.host_of()[i];
            }
        }
        if (largest == nullptr || alone_in_site(load, site) < 2) {
            continue;
        }
        std::int64_t hole = 0;
        for (const Host& other : load.hosts()) {
            if (other.node->site == site && other.node->name != host) {
                hole = std::max(hole, other.left_mib);
            }
        }
        if (largest->memory_mib > hole) {
            findings.push_back(
                {"largest-vm-exceeds-reserve", Severity::warning,
                 fmt::format("/vms/{}", largest->name),
                 fmt::format(
                     "{} needs {} MiB, but no other host of {} keeps more than {} MiB free: "
                     "when its host dies it cannot stay in its site",
                     largest->name, largest->memory_mib, site, hole),
                 "Keep a hole of that size on another host of the site."});
        }
    }
}

} // namespace

std::vector<Finding> check_capacity(const Topology& topology) {
    std::vector<Finding> findings = check_home_capacity(topology);
    const Load load(topology);
    if (load.known()) {
        check_losses(topology, load, findings);
        check_largest(topology, load, findings);
    }
    return findings;
}

} // namespace twinsite::site
