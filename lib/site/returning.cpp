#include "lib/site/returning.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace twinsite::site {

namespace {

/// Until an admin asks for it, as docs/site-affinity.md tells.
std::string send_home(const Policy& policy) {
    return fmt::format("To send all home write \"failback\": \"automatic\", run \"twinsite apply "
                       "--yes --wait 600\", then write {} again and run \"twinsite apply --yes\".",
                       policy.failback == Failback::window ? "the window" : "\"manual\"");
}

const LunEntry* lun_away(const SiteMap& map, const Vm& vm) {
    const auto found = std::find_if(map.luns.begin(), map.luns.end(), [&](const LunEntry& entry) {
        return entry.place != Place::home && !entry.lun->converged() &&
               std::find(vm.luns.begin(), vm.luns.end(), entry.lun->name) != vm.luns.end();
    });
    return found == map.luns.end() ? nullptr : &*found;
}

/// Whether a LUN with a target draws it, more than it clings to its host (see scores.hpp).
bool follows_a_lun(const Topology& topology, const Vm& vm) {
    return topology.policy.vm_follows_lun &&
           std::any_of(topology.luns.begin(), topology.luns.end(), [&](const Lun& lun) {
               return !lun.converged() &&
                      std::find(vm.luns.begin(), vm.luns.end(), lun.name) != vm.luns.end();
           });
}

} // namespace

std::string how_it_returns(const Topology& topology, const LunEntry& lun) {
    const Policy& policy = topology.policy;
    // Where it is promoted nowhere nothing holds it, and a converged one is promoted on both sides.
    if (policy.failback == Failback::automatic || lun.promoted_on.empty() || lun.lun->converged()) {
        return "It returns by itself when its home copy is up to date; see the mirror's state.";
    }
    if (policy.failback == Failback::window) {
        return fmt::format("It returns in the failback window {}, when its home copy is up to "
                           "date; see the mirror's state.",
                           policy.window);
    }
    return fmt::format("\"failback\" is manual: it stays there. {}", send_home(policy));
}

std::string how_it_returns(const Topology& topology, const SiteMap& map, const VmEntry& vm) {
    const Policy& policy = topology.policy;
    const bool follows = follows_a_lun(topology, *vm.vm);
    const LunEntry* away = lun_away(map, *vm.vm);
    if (policy.failback == Failback::automatic || vm.node.empty() || (follows && away == nullptr)) {
        return "It returns by itself when its LUN and a host are there; see \"crm_mon -1\" for "
               "failures.";
    }
    if (policy.failback == Failback::window && !policy.vm_follows_lun) {
        return fmt::format("It returns in the failback window {}; see \"crm_mon -1\" for failures.",
                           policy.window);
    }
    if (!follows) {
        return fmt::format("\"failback\" is {}: it stays there. {}",
                           policy.failback == Failback::manual ? "manual" : "a window for LUNs",
                           send_home(policy));
    }
    if (policy.failback == Failback::window) {
        return fmt::format("It returns with its LUN {}, in the failback window {}; see \"crm_mon "
                           "-1\" for failures.",
                           away->lun->name, policy.window);
    }
    return fmt::format("\"failback\" is manual: it stays with its LUN {}. {}", away->lun->name,
                       send_home(policy));
}

} // namespace twinsite::site
