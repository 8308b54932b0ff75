#include <twinsite/base/choice.hpp>
#include <twinsite/site/move.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace twinsite::site {

namespace {

template <typename Items>
auto* find_named(const Items& items, const std::string& name) {
    const auto found = std::find_if(items.begin(), items.end(),
                                    [&](const auto& item) { return item.name == name; });
    return found == items.end() ? nullptr : &*found;
}

template <typename Items>
std::vector<std::string> names_of(const Items& items) {
    std::vector<std::string> names;
    names.reserve(items.size());
    for (const auto& item : items) {
        names.push_back(item.name);
    }
    return names;
}

Status check_site(const Topology& topology, const std::string& site) {
    if (std::find(topology.sites.begin(), topology.sites.end(), site) != topology.sites.end()) {
        return {};
    }
    return fail(ErrorKind::invalid_config, no_such("site", site, topology.sites));
}

/// Everything that hangs together with the LUNs in it, through VMs with several LUNs.
HomeChange closure(const Topology& topology, std::set<std::string> luns, const std::string& to) {
    std::set<std::string> vms;
    bool grown = true;
    while (grown) {
        grown = false;
        for (const Vm& vm : topology.vms) {
            const bool touched = std::any_of(vm.luns.begin(), vm.luns.end(),
                                             [&](const auto& lun) { return luns.contains(lun); });
            if (touched && vms.insert(vm.name).second) {
                luns.insert(vm.luns.begin(), vm.luns.end());
                grown = true;
            }
        }
    }
    HomeChange change{{luns.begin(), luns.end()}, {vms.begin(), vms.end()}, to};
    return change;
}

} // namespace

Result<HomeChange> move_vm(const Topology& topology, const std::string& vm, const std::string& to,
                           bool with_lun) {
    if (const auto known = check_site(topology, to); !known) {
        return fail(known.error());
    }
    const Vm* found = find_named(topology.vms, vm);
    if (found == nullptr) {
        return fail(ErrorKind::invalid_config, no_such("VM", vm, names_of(topology.vms)));
    }
    if (with_lun) {
        return closure(topology, {found->luns.begin(), found->luns.end()}, to);
    }
    for (const std::string& name : found->luns) {
        const Lun* lun = find_named(topology.luns, name);
        if (lun != nullptr && lun->home != to) {
            return fail(ErrorKind::conflict,
                        fmt::format("{} lives on {}, which is at home in {}: moved alone it would "
                                    "lose its data when the sites lose each other. Add --with-lun "
                                    "to move the LUN and all its VMs.",
                                    vm, name, lun->home));
        }
    }
    return HomeChange{{}, {vm}, to};
}

Result<HomeChange> move_lun(const Topology& topology, const std::string& lun,
                            const std::string& to) {
    if (const auto known = check_site(topology, to); !known) {
        return fail(known.error());
    }
    if (find_named(topology.luns, lun) == nullptr) {
        return fail(ErrorKind::invalid_config, no_such("LUN", lun, names_of(topology.luns)));
    }
    return closure(topology, {lun}, to);
}

Topology with_homes(Topology topology, const HomeChange& change) {
    const auto named = [](const std::vector<std::string>& names, const std::string& name) {
        return std::find(names.begin(), names.end(), name) != names.end();
    };
    for (Lun& lun : topology.luns) {
        if (named(change.luns, lun.name)) {
            lun.home = change.to;
        }
    }
    for (Vm& vm : topology.vms) {
        if (named(change.vms, vm.name)) {
            vm.home = change.to;
        }
    }
    return topology;
}

} // namespace twinsite::site
