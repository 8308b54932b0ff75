#include "cli/added_vm.hpp"

#include <twinsite/base/text.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace twinsite::cli {

namespace {

Status wrong(std::string sentence) {
    return fail(ErrorKind::invalid_config, std::move(sentence));
}

Status take(site::Vm& vm, const std::string& key, const std::string& value) {
    if (key == "memory_mib") {
        const auto mib = parse_integer(value, 1, 1LL << 40);
        if (!mib) {
            return fail(mib.error());
        }
        vm.memory_mib = *mib;
    } else if (key == "home") {
        vm.home = value;
    } else if (key == "name") {
        vm.name = value;
    } else if (key == "lun") {
        vm.luns.push_back(value);
    } else {
        return wrong(fmt::format("--add-vm takes memory_mib, home, name and lun, not \"{}\"",
                                 printable(key)));
    }
    return {};
}

Status check_luns(const site::Topology& topology, const site::Vm& vm) {
    std::vector<std::string> known;
    for (const site::Lun& lun : topology.luns) {
        known.push_back(lun.name);
    }
    for (const std::string& lun : vm.luns) {
        if (std::find(known.begin(), known.end(), lun) == known.end()) {
            const std::string near = nearest(lun, known);
            return wrong(
                fmt::format("--add-vm: there is no LUN \"{}\"{}", printable(lun),
                            near.empty() ? "" : fmt::format("; did you mean \"{}\"?", near)));
        }
    }
    return {};
}

Status check(const site::Topology& topology, const site::Vm& vm) {
    const auto& sites = topology.sites;
    if (std::find(sites.begin(), sites.end(), vm.home) == sites.end()) {
        return wrong(fmt::format("--add-vm needs home=SITE, one of: {}", join(sites, ", ")));
    }
    if (vm.memory_mib == 0) {
        return wrong("--add-vm needs memory_mib=N, what the VM is to get");
    }
    if (std::any_of(topology.vms.begin(), topology.vms.end(),
                    [&](const site::Vm& each) { return each.name == vm.name; })) {
        return wrong(fmt::format("--add-vm: there is a VM \"{}\" already; give the new one another "
                                 "name=NAME",
                                 printable(vm.name)));
    }
    return check_luns(topology, vm);
}

} // namespace

Status add_vm(site::Topology& topology, const std::string& text) {
    site::Vm vm;
    vm.name = "new";
    for (const std::string& pair : split(text, ",")) {
        const auto equals = pair.find('=');
        const std::string value = equals == std::string::npos ? "" : pair.substr(equals + 1);
        if (auto taken = take(vm, pair.substr(0, equals), value); !taken) {
            return taken;
        }
    }
    if (auto checked = check(topology, vm); !checked) {
        return checked;
    }
    if (vm.luns.empty()) {
        const auto lun = std::find_if(topology.luns.begin(), topology.luns.end(),
                                      [&](const site::Lun& each) { return each.home == vm.home; });
        if (lun == topology.luns.end()) {
            return wrong(fmt::format("--add-vm needs lun=NAME: no LUN is at home in {}", vm.home));
        }
        vm.luns.push_back(lun->name);
    }
    topology.vms.push_back(std::move(vm));
    return {};
}

} // namespace twinsite::cli
