#include "lib/site/vm_placement.hpp"

#include <twinsite/site/scores.hpp>
#include <twinsite/site/spread.hpp>

#include <fmt/format.h>

#include <utility>

namespace twinsite::site {

namespace {

constexpr const char* gives_way = "it gives way to VMs of higher priority";

} // namespace

VmPlacement::VmPlacement(const Topology& topology, const Parts& parts, Outcome& outcome)
    : topology_(topology)
    , parts_(parts)
    , outcome_(outcome)
    , keeps_to_lun_(keeps_to_lun(topology.policy))
    , memory_(topology, [&parts](const Node& node) { return parts.alive(node.name); }) {
    for (const Node& node : topology.nodes) {
        site_of_.emplace(node.name, node.site);
    }
    for (const LunOutcome& lun : outcome.luns) {
        lun_node_.emplace(lun.lun,
                          lun.promoted_on.empty() ? std::string_view{} : lun.promoted_on.front());
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
    const std::string host = outcome_.vms[at].from;
    const std::string_view storage = storage_of(topology_.vms[at]);
    if (storage.empty() || !parts_.together(host, storage)) {
        return settle(at, VmFate::waits, host,
                      storage.empty() ? "its LUN is down" : "its LUN is in the other part");
    }
    settle(at, VmFate::stays, host, {});
}

/// Whether a running VM keeps its host, or has to stop on the spot: then nothing is left to do.
bool VmPlacement::stays(std::size_t at) {
    const Vm& vm = topology_.vms[at];
    const std::string host = outcome_.vms[at].from;
    const std::string_view storage = storage_of(vm);
    const bool reached = !storage.empty() && parts_.together(host, storage);
    if (!reached && keeps_to_lun_) {
        settle(at, VmFate::stops, {}, "its LUN is down, and without overflow it stops with it");
        return true;
    }
    if (!memory_.fits(host, vm) || (reached && wanted_site(vm, storage) != site_of_.at(host))) {
        return false;
    }
    if (reached) {
        settle(at, VmFate::stays, host, {});
    } else {
        settle(at, VmFate::waits, host,
               storage.empty() ? "its LUN is down" : "its LUN is in the other part");
    }
    return true;
}

/// A running VM follows its LUN, or gives way.
void VmPlacement::move(std::size_t at) {
    const Vm& vm = topology_.vms[at];
    const std::string host = outcome_.vms[at].from;
    const std::string_view storage = storage_of(vm);
    const std::string_view here = site_of_.at(host);
    const std::string_view wanted =
        storage.empty() || !parts_.together(host, storage) ? here : wanted_site(vm, storage);
    const std::string better = room_in(wanted, vm, host);
    if (!better.empty()) {
        std::string why = wanted == here ? gives_way
                          : topology_.policy.vm_follows_lun
                              ? fmt::format("follows its LUN to {}", wanted)
                              : fmt::format("goes home to {}", wanted);
        return settle(at, VmFate::migrates, better, std::move(why));
    }
    contested_ = true;
    if (keeps_to_lun_) {
        return settle(at, VmFate::stops, {},
                      fmt::format("no host of {} with {} MiB left", wanted, vm.memory_mib));
    }
    if (memory_.fits(host, vm)) {
        return settle(at, VmFate::stays, host,
                      fmt::format("no host of {} has room; it uses the far path", wanted));
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
    if (better.empty() && !keeps_to_lun_) {
        better = room_beside(wanted, vm, storage);
    }
    if (better.empty()) {
        return settle(at, VmFate::stops, {},
                      fmt::format("no host{} with {} MiB left{}",
                                  keeps_to_lun_ ? fmt::format(" of {}", wanted) : "", vm.memory_mib,
                                  host.empty() ? ", even when nothing fails" : ""));
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

/// The node that serves the VM's LUNs; "" when one of them is down.
std::string_view VmPlacement::storage_of(const Vm& vm) const {
    std::string_view node;
    for (const std::string& lun : vm.luns) {
        const auto found = lun_node_.find(lun);
        if (found == lun_node_.end() || found->second.empty()) {
            return {};
        }
        node = node.empty() ? found->second : node;
    }
    return node;
}

/// Home weighs more than the LUN where VMs do not follow their LUN.
std::string_view VmPlacement::wanted_site(const Vm& vm, std::string_view storage) const {
    return topology_.policy.vm_follows_lun ? site_of_.at(storage) : std::string_view(vm.home);
}

std::string VmPlacement::room_in(std::string_view site, const Vm& vm,
                                 std::string_view viewer) const {
    return memory_.roomiest(site, vm,
                            [&](const Node& node) { return parts_.together(viewer, node.name); });
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
