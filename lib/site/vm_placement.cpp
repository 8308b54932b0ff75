#include "lib/site/vm_placement.hpp"

#include <twinsite/site/scores.hpp>
#include <twinsite/site/spread.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace twinsite::site {

namespace {

constexpr const char* gives_way = "it gives way to VMs of higher priority";

} // namespace

VmPlacement::VmPlacement(const Topology& topology, const Parts& parts, Outcome& outcome)
    : topology_(topology)
    , parts_(parts)
    , outcome_(outcome)
    , reach_(topology)
    , memory_(topology, [&parts](const Node& node) { return parts.alive(node.name); }) {
    for (const Node& node : topology.nodes) {
        site_of_.emplace(node.name, node.site);
    }
    for (std::size_t i = 0; i < outcome.luns.size(); ++i) {
        lun_at_.emplace(topology.luns[i].name, i);
    }
}

void VmPlacement::run() {
    const auto normal = normal_hosts(topology_);
    for (std::size_t i = 0; i < topology_.vms.size(); ++i) {
        outcome_.vms.push_back({topology_.vms[i].name, VmFate::stops, normal[i], {}, {}});
        if (parts_.alive(normal[i]) && !parts_.quorate(normal[i])) {
            hold_still(i);
        }
    }
    for (const auto& group : by_priority(topology_)) {
        place(group);
    }
}

/// Within one priority those that may stay come first. Pacemaker does not promise that.
void VmPlacement::place(const std::vector<std::size_t>& group) {
    contested_ = false;
    std::vector<std::size_t> moving;
    std::vector<std::size_t> starting;
    for (const std::size_t at : group) {
        const std::string& host = outcome_.vms[at].from;
        if (!parts_.alive(host)) {
            starting.push_back(at);
        } else if (parts_.quorate(host) && !stays(at)) {
            moving.push_back(at);
        }
    }
    for (const std::size_t at : moving) {
        move(at);
    }
    for (const std::size_t at : starting) {
        start(at);
    }
    if (contested_ && group.size() > 1) {
        outcome_.remarks.push_back(
            fmt::format("There is not room for all VMs of priority {}: which of them give way is "
                        "Pacemaker's choice and may differ from this.",
                        topology_.vms[group.front()].priority));
    }
}

/// Without quorum nothing is started, stopped or moved.
void VmPlacement::hold_still(std::size_t at) {
    const Vm& vm = topology_.vms[at];
    const std::string host = outcome_.vms[at].from;
    std::string why = why_unreached(host, vm);
    const VmFate fate = why.empty() ? VmFate::stays : VmFate::waits;
    settle(at, fate, host, std::move(why));
}

/// Whether a running VM keeps its host, or has to stop on the spot: then nothing is left to do.
bool VmPlacement::stays(std::size_t at) {
    const Vm& vm = topology_.vms[at];
    const std::string host = outcome_.vms[at].from;
    std::string why = why_unreached(host, vm);
    if (!why.empty() && keeps_to_lun(vm)) {
        settle(at, VmFate::stops, {}, "its LUN is down, and without overflow it stops with it");
        return true;
    }
    const bool elsewhere = why.empty() ? wanted_site(vm, storage_of(vm)) != site_of_.at(host)
                                       : lost_its_device(host, vm);
    if (elsewhere || !memory_.fits(host, vm)) {
        return false;
    }
    const VmFate fate = why.empty() ? VmFate::stays : VmFate::waits;
    settle(at, fate, host, std::move(why));
    return true;
}

/// A running VM follows its LUN, or gives way.
void VmPlacement::move(std::size_t at) {
    const Vm& vm = topology_.vms[at];
    const std::string host = outcome_.vms[at].from;
    const std::string_view here = site_of_.at(host);
    const bool reached = why_unreached(host, vm).empty();
    const bool lost = !reached && lost_its_device(host, vm);
    const std::string_view wanted = reached ? wanted_site(vm, storage_of(vm)) : here;
    std::string better = room_in(wanted, vm, host);
    if (lost) { // Pacemaker stops it before it demotes what is left of the device
        better = better.empty() ? room_beside(wanted, vm, host) : better;
        return settle(at, better.empty() ? VmFate::stops : VmFate::restarts, better,
                      fmt::format("the storage of {} failed", host));
    }
    if (!better.empty()) {
        std::string why = gives_way;
        if (wanted != here) {
            why = topology_.policy.vm_follows_lun && !reach_.is_local(vm)
                      ? fmt::format("follows its LUN to {}", wanted)
                      : fmt::format("goes home to {}", wanted);
        }
        return settle(at, VmFate::migrates, better, std::move(why));
    }
    contested_ = true;
    if (keeps_to_lun(vm)) {
        return settle(at, VmFate::stops, {},
                      fmt::format("no host of {} with {} MiB left", wanted, vm.memory_mib));
    }
    if (memory_.fits(host, vm)) {
        return settle(at, VmFate::stays, host,
                      reach_.is_local(vm)
                          ? fmt::format("no host of {} has room", wanted)
                          : fmt::format("no host of {} has room; it uses the far path", wanted));
    }
    const std::string elsewhere = room_beside(wanted, vm, host);
    if (!elsewhere.empty()) {
        return settle(at, VmFate::migrates, elsewhere, gives_way);
    }
    settle(at, VmFate::stops, {},
           fmt::format("no host with {} MiB left; {}", vm.memory_mib, gives_way));
}

/// A VM that does not run, mostly because its host is dead.
void VmPlacement::start(std::size_t at) {
    const Vm& vm = topology_.vms[at];
    const std::string& host = outcome_.vms[at].from;
    const std::string_view storage = storage_of(vm);
    if (std::string why = why_it_cannot_start(at, storage); !why.empty()) {
        return settle(at, VmFate::stops, {}, std::move(why));
    }
    const std::string_view wanted = wanted_site(vm, storage);
    std::string better = room_in(wanted, vm, storage);
    contested_ = contested_ || better.empty();
    if (better.empty() && !keeps_to_lun(vm)) {
        better = room_beside(wanted, vm, storage);
    }
    if (better.empty()) {
        return settle(at, VmFate::stops, {},
                      fmt::format("no host{} with {} MiB left{}",
                                  keeps_to_lun(vm) ? fmt::format(" of {}", wanted) : "",
                                  vm.memory_mib, host.empty() ? ", even when nothing fails" : ""));
    }
    settle(at, VmFate::restarts, better,
           host.empty() ? "it finds room now" : fmt::format("{} is dead", host));
}

std::string VmPlacement::why_it_cannot_start(std::size_t at, std::string_view storage) {
    if (storage.empty()) {
        return "its LUN is down";
    }
    if (!parts_.quorate(storage)) {
        outcome_.needs_go_live = true;
        return "the side with its LUN has no quorum";
    }
    const std::string& host = outcome_.vms[at].from;
    if (!host.empty() && parts_.standing(storage, host) == Standing::unproven) {
        outcome_.needs_go_live = true;
        return fmt::format("{} is not proven dead", host);
    }
    return {};
}

/// The VM of a converged LUN is bound to hosts, not to a site.
bool VmPlacement::keeps_to_lun(const Vm& vm) const {
    return site::keeps_to_lun(topology_.policy) && !reach_.is_local(vm);
}

/// The node that serves the VM's LUNs; "" when one of them is down.
std::string_view VmPlacement::storage_of(const Vm& vm) const {
    std::string_view node;
    for (const std::string& lun : vm.luns) {
        const auto found = lun_at_.find(lun);
        if (found == lun_at_.end()) {
            return {};
        }
        const LunOutcome& placed = outcome_.luns[found->second];
        const auto& nodes = placed.promoted_on.empty() ? placed.stands_on : placed.promoted_on;
        if (nodes.empty()) {
            return {};
        }
        node = node.empty() ? nodes.front() : node;
    }
    return node;
}

/// What a VM on HOST lacks; "" when it can write.
std::string VmPlacement::why_unreached(std::string_view host, const Vm& vm) const {
    const std::string_view storage = storage_of(vm);
    if (storage.empty()) {
        return "its LUN is down";
    }
    for (const std::string& lun : vm.luns) {
        const auto& stands_on = outcome_.luns[lun_at_.at(lun)].stands_on;
        if (std::find(stands_on.begin(), stands_on.end(), host) != stands_on.end()) {
            return "I/O stands until the other side is fenced";
        }
    }
    if (reach_.is_local(vm)) {
        return opens(host, vm) ? "" : "its LUN is not promoted on its host";
    }
    return parts_.together(host, storage) ? "" : "its LUN is in the other part";
}

/// Whether each converged LUN of the VM can be written on HOST.
bool VmPlacement::opens(std::string_view host, const Vm& vm) const {
    return std::all_of(vm.luns.begin(), vm.luns.end(), [&](const std::string& lun) {
        const auto& nodes = outcome_.luns[lun_at_.at(lun)].promoted_on;
        return !reach_.is_converged(lun) ||
               std::find(nodes.begin(), nodes.end(), host) != nodes.end();
    });
}

/// Whether the mirror of a converged LUN failed under its VM.
bool VmPlacement::lost_its_device(std::string_view host, const Vm& vm) const {
    return std::any_of(vm.luns.begin(), vm.luns.end(), [&](const std::string& lun) {
        const LunOutcome& placed = outcome_.luns[lun_at_.at(lun)];
        const auto on = [host](const std::vector<std::string>& nodes) {
            return std::find(nodes.begin(), nodes.end(), host) != nodes.end();
        };
        return reach_.is_converged(lun) && !on(placed.promoted_on) && !on(placed.stands_on);
    });
}

/// Home weighs more than the LUN where VMs do not follow their LUN, and where the LUN is on both
/// sides.
std::string_view VmPlacement::wanted_site(const Vm& vm, std::string_view storage) const {
    return topology_.policy.vm_follows_lun && !reach_.is_local(vm) ? site_of_.at(storage)
                                                                   : std::string_view(vm.home);
}

std::string VmPlacement::room_in(std::string_view site, const Vm& vm,
                                 std::string_view viewer) const {
    return memory_.roomiest(site, vm, [&](const Node& node) {
        return parts_.together(viewer, node.name) && opens(node.name, vm);
    });
}

/// In any other site than SITE.
std::string VmPlacement::room_beside(std::string_view site, const Vm& vm,
                                     std::string_view viewer) const {
    for (const std::string& other : topology_.sites) {
        std::string found = other == site ? std::string{} : room_in(other, vm, viewer);
        if (!found.empty()) {
            return found;
        }
    }
    return {};
}

void VmPlacement::settle(std::size_t at, VmFate fate, const std::string& host, std::string reason) {
    VmOutcome& out = outcome_.vms[at];
    out.fate = fate;
    out.to = host;
    out.reason = std::move(reason);
    if (!host.empty()) {
        memory_.take(host, topology_.vms[at]);
    }
}

} // namespace twinsite::site
