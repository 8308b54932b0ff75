// What is said of the losses that do not fit.
#include "lib/site/normal_load.hpp"
#include "lib/site/reach.hpp"

#include <twinsite/site/capacity.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace twinsite::site {

namespace {

std::string proof(const LossReport& loss) {
    if (!loss.reason.empty()) {
        return loss.reason;
    }
    return loss.packing == Packing::impossible
               ? fmt::format("that is proven ({} MiB displaced, {} MiB free)", loss.displaced_mib,
                             loss.free_mib)
               : fmt::format("no plan was found ({} MiB displaced, {} MiB free)",
                             loss.displaced_mib, loss.free_mib);
}

void check_losses(const Topology& topology, const NormalLoad& load,
                  std::vector<Finding>& findings) {
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
                   load.hosts_in(node->site) > 1) {
            findings.push_back(
                {"host-loss-leaves-site", Severity::warning, fmt::format("/nodes/{}", loss.name),
                 fmt::format("when {} is lost some of its VMs have to leave {}, away from their "
                             "LUNs ({} MiB displaced, {} MiB free there)",
                             loss.name, node->site, loss.displaced_mib, loss.free_mib),
                 fmt::format("Add memory or a host in {}.", node->site)});
        }
    }
}

/// The VM of a converged LUN is not meant: it leaves its site whenever its host dies.
void check_largest(const Topology& topology, const NormalLoad& load,
                   std::vector<Finding>& findings) {
    const Reach reach(topology);
    for (const std::string& site : topology.sites) {
        const Vm* largest = nullptr;
        std::string host;
        for (std::size_t i = 0; i < topology.vms.size(); ++i) {
            const Vm& vm = topology.vms[i];
            if (vm.home == site && !reach.is_local(vm) &&
                (largest == nullptr || vm.memory_mib > largest->memory_mib)) {
                largest = &vm;
                host = load.host_of()[i];
            }
        }
        if (largest == nullptr || load.hosts_in(site) < 2) {
            continue;
        }
        std::int64_t hole = 0;
        for (const NormalLoad::Host& other : load.hosts()) {
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
    const NormalLoad load(topology);
    if (load.known()) {
        check_losses(topology, load, findings);
        check_largest(topology, load, findings);
    }
    return findings;
}

} // namespace twinsite::site
