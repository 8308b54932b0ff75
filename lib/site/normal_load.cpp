#include "lib/site/normal_load.hpp"

#include <twinsite/site/scores.hpp>
#include <twinsite/site/spread.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <unordered_map>

namespace twinsite::site {

namespace {

std::int64_t sum(std::span<const std::int64_t> sizes) {
    return std::accumulate(sizes.begin(), sizes.end(), std::int64_t{0},
                           [](std::int64_t total, std::int64_t size) {
                               return total + std::max<std::int64_t>(size, 0);
                           });
}

std::int64_t sum(const std::vector<const Vm*>& vms) {
    return std::accumulate(vms.begin(), vms.end(), std::int64_t{0},
                           [](std::int64_t total, const Vm* vm) { return total + vm->memory_mib; });
}

using ServedBy = std::unordered_map<std::string_view, std::string_view>;

/// The node that serves each LUN while nothing fails.
ServedBy home_copies(const Topology& topology) {
    ServedBy nodes;
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

/// Whether NODE serves each LUN of VM.
bool serves_all(const ServedBy& served_by, const Vm& vm, std::string_view node) {
    return std::all_of(vm.luns.begin(), vm.luns.end(), [&](const std::string& lun) {
        const auto served = served_by.find(lun);
        return served != served_by.end() && served->second == node;
    });
}

} // namespace

NormalLoad::NormalLoad(const Topology& topology)
    : topology_(topology)
    , reach_(topology)
    , host_of_(normal_hosts(topology)) {
    std::unordered_map<std::string_view, std::size_t> index;
    for (const Node& node : topology.nodes) {
        if (node.compute) {
            index.emplace(node.name, hosts_.size());
            hosts_.push_back({.node = &node, .left_mib = node.usable_mib()});
        }
    }
    const auto served_by = home_copies(topology);
    for (std::size_t i = 0; i < topology.vms.size(); ++i) {
        const Vm& vm = topology.vms[i];
        const auto at = index.find(host_of_[i]);
        if (at == index.end()) {
            ++strays_;
            continue;
        }
        Host& host = hosts_[at->second];
        put(vm, host);
        host.luns_go_along = host.luns_go_along && serves_all(served_by, vm, host_of_[i]);
        strays_ += host.node->site == vm.home ? 0 : 1;
    }
}

void NormalLoad::put(const Vm& vm, Host& host) {
    host.left_mib -= vm.memory_mib;
    if (reach_.is_local(vm)) {
        host.local_vms.push_back(&vm);
    } else {
        host.vms.push_back(vm.memory_mib);
    }
}

std::size_t NormalLoad::hosts_in(std::string_view site) const {
    return static_cast<std::size_t>(
        std::count_if(hosts_.begin(), hosts_.end(),
                      [site](const Host& host) { return host.node->site == site; }));
}

bool NormalLoad::known() const {
    return !hosts_.empty() && std::all_of(hosts_.begin(), hosts_.end(), [](const Host& host) {
        return host.node->memory_mib > 0;
    });
}

bool NormalLoad::place_local(const std::vector<const Vm*>& vms, std::vector<Room>& rooms,
                             LossReport& report) const {
    for (const Vm* vm : vms) {
        Room* best = nullptr;
        for (Room& room : rooms) {
            if (reach_.reaches(room.node->name, *vm) &&
                (best == nullptr || room.left_mib > best->left_mib)) {
                best = &room;
            }
        }
        if (best == nullptr || best->left_mib < vm->memory_mib) {
            report.verdict = LossVerdict::does_not_fit;
            report.packing = Packing::impossible;
            report.reason =
                best == nullptr
                    ? fmt::format("{} runs on no other host: none has a copy of its LUN", vm->name)
                    : fmt::format("{} needs {} MiB on {}, which has the other copy of its LUN and "
                                  "{} MiB left",
                                  vm->name, vm->memory_mib, best->node->name,
                                  std::max<std::int64_t>(best->left_mib, 0));
            return false;
        }
        best->left_mib -= vm->memory_mib;
    }
    return true;
}

LossReport NormalLoad::lose_host(const Host& lost) const {
    LossReport report;
    report.name = lost.node->name;
    report.displaced_mib = sum(lost.vms) + sum(lost.local_vms);
    std::vector<Room> rooms;
    for (const Host& host : hosts_) {
        if (&host != &lost) {
            rooms.push_back({host.node, host.left_mib});
        }
    }
    // That a VM of a converged LUN leaves its site is what its LUN is for, and no verdict.
    const bool local_placed = place_local(lost.local_vms, rooms, report);
    std::vector<std::int64_t> here;
    std::vector<std::int64_t> everywhere;
    for (const Room& room : rooms) {
        everywhere.push_back(room.left_mib);
        if (room.node->site == lost.node->site) {
            here.push_back(room.left_mib);
        }
    }
    report.free_mib = sum(here);
    if (!local_placed || pack(lost.vms, here) == Packing::fits) {
        return report;
    }
    // Where a VM keeps to its LUN, it leaves home only when no host of home lives and the LUN
    // leaves with it.
    const bool may_leave = !keeps_to_lun(topology_.policy) || (here.empty() && lost.luns_go_along);
    report.packing = pack(lost.vms, may_leave ? everywhere : here);
    report.verdict = may_leave && report.packing == Packing::fits ? LossVerdict::leaves_site
                                                                  : LossVerdict::does_not_fit;
    return report;
}

LossReport NormalLoad::lose_site(const std::string& site) const {
    LossReport report;
    report.is_site = true;
    report.name = site;
    std::vector<std::int64_t> displaced;
    std::vector<const Vm*> local;
    std::vector<Room> rooms;
    for (const Host& host : hosts_) {
        if (host.node->site == site) {
            displaced.insert(displaced.end(), host.vms.begin(), host.vms.end());
            local.insert(local.end(), host.local_vms.begin(), host.local_vms.end());
        } else {
            rooms.push_back({host.node, host.left_mib});
        }
    }
    report.displaced_mib = sum(displaced) + sum(local);
    const bool local_placed = place_local(local, rooms, report);
    std::vector<std::int64_t> left(rooms.size());
    std::transform(rooms.begin(), rooms.end(), left.begin(),
                   [](const Room& room) { return room.left_mib; });
    report.free_mib = sum(left);
    if (local_placed) {
        report.packing = pack(displaced, left);
        report.verdict =
            report.packing == Packing::fits ? LossVerdict::fits : LossVerdict::does_not_fit;
    }
    return report;
}

std::vector<LossReport> NormalLoad::all_losses() const {
    std::vector<LossReport> reports;
    for (const Host& host : hosts_) {
        reports.push_back(lose_host(host));
    }
    for (const std::string& site : topology_.sites) {
        reports.push_back(lose_site(site));
    }
    return reports;
}

} // namespace twinsite::site
