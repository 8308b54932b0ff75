// What nobody placed, said once for each object.
#include "lib/site/importing/working.hpp"

#include <twinsite/base/text.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace twinsite::site::importing {

namespace {

constexpr std::string_view stays = "It stays in the cluster as it is: apply leaves it alone.";

std::string reason_for(const Item& item) {
    if (item.is_target() || item.is_logical_unit()) {
        return "no mirror is bound to it, and a LUN is a mirror with a target";
    }
    if (item.is_address()) {
        return "it belongs to no LUN";
    }
    if (item.kind.ends_with(":Filesystem") || item.kind.ends_with(":LVM-activate") ||
        item.kind.ends_with(":LVM")) {
        return fmt::format("a topology has no {}: VMs use a LUN by iSCSI or DRBD's device",
                           item.kind.substr(item.kind.rfind(':') + 1));
    }
    return fmt::format("{} is no VM, mirror, target, address or outlet", item.kind);
}

std::string remedy_for(const Item& item) {
    if (item.is_target() || item.is_logical_unit()) {
        return "Bind it by a colocation with its DRBD clone and import again, or leave it: apply "
               "does.";
    }
    return std::string(stays);
}

/// Parameters that the topology carries, or that it does not need.
bool is_carried(const Item& item, std::string_view name) {
    static const std::set<std::string_view> vm{"config", "migration_transport", "migration_user",
                                               "migration_network_suffix", "shutdown_timeout"};
    static const std::set<std::string_view> storage{"drbd_resource",
                                                    "verify_days",
                                                    "verify_window",
                                                    "max_behind",
                                                    "link_health",
                                                    "iqn",
                                                    "luns",
                                                    "portals",
                                                    "implementation",
                                                    "allowed_initiators",
                                                    "incoming_username",
                                                    "incoming_password",
                                                    "incoming_password_file",
                                                    "target_iqn",
                                                    "lun",
                                                    "path",
                                                    "ip",
                                                    "cidr_netmask",
                                                    "nic"};
    if (item.is_vm()) {
        const bool local =
            name == "hypervisor" && item.parameters.find(name)->second == "qemu:///system";
        return local || vm.contains(name);
    }
    return item.is_fence_device() || storage.contains(name);
}

void report_details(Working& work, const Item& item) {
    std::vector<std::string> lost;
    for (const auto& [name, value] : item.parameters) {
        if (!is_carried(item, name)) {
            lost.push_back(name);
        }
    }
    if (!lost.empty()) {
        work.means_less(
            item.id, fmt::format("a topology does not carry {}", printable(join(lost, ", "), 200)),
            "Set it on twinsite's resource after apply, which keeps it from then on.");
    }
    if (item.kind.starts_with("ocf:twinsite:")) {
        return; // apply keeps what an admin set on it
    }
    for (const auto& [name, harmless] :
         {std::pair{"target-role", "Started"}, std::pair{"is-managed", "true"}}) {
        const auto found = item.meta.find(name);
        if (found != item.meta.end() && found->second != harmless) {
            work.means_less(
                item.id,
                fmt::format("a topology does not carry {}={}", name, printable(found->second)),
                "twinsite's resource will run; set it there again if it shall not.");
        }
    }
}

std::string why_not(const Working& work, const std::string& resource) {
    for (const std::size_t index : work.inventory.members(resource)) {
        const Item& item = work.inventory.items()[index];
        if (!work.lun_of.contains(item.id) && !work.vm_of.contains(item.id)) {
            return fmt::format("it is about {}, which was not placed itself", item.id);
        }
    }
    return {};
}

void report_preference(Working& work, const Preference& each) {
    std::string why = why_not(work, each.resource);
    if (why.empty()) {
        why = !each.times.empty() ? "its times are no daily window that all LUNs share"
              : each.score < 0
                  ? fmt::format("it keeps {} away from {}, and a topology has no such word",
                                each.resource, each.node.empty() ? each.site : each.node)
                  : "a topology cannot say it";
    }
    work.not_placed(each.constraint, std::move(why),
                    "Keep it if it is meant: apply leaves it alone, but on resources of other "
                    "names it has no effect.");
}

void report_bond(Working& work, const Bond& bond) {
    std::string why = why_not(work, bond.resource);
    why = why.empty() ? why_not(work, bond.with) : why;
    if (why.empty()) {
        why = bond.score < 0 ? "it keeps two resources apart, and a topology has no such word"
                             : "a topology binds VMs to LUNs and VMs to VMs only";
    }
    work.not_placed(bond.constraint, std::move(why),
                    bond.score < 0 ? "Give the VMs different \"host\"s, or write it again for "
                                     "twinsite's resources after apply."
                                   : "Keep it if it is meant: apply leaves it alone, but on "
                                     "resources of other names it has no effect.");
}

} // namespace

void report_leftovers(Working& work) {
    for (const Item& item : work.inventory.items()) {
        if (item.placed) {
            report_details(work, item);
        } else {
            work.not_placed(item.id, reason_for(item), remedy_for(item));
        }
    }
    std::set<std::string> said;
    for (const Preference& each : work.preferences) {
        if (!each.placed && said.insert(each.constraint).second) {
            report_preference(work, each);
        }
    }
    for (const Bond& bond : work.bonds) {
        if (!bond.placed && said.insert(bond.constraint).second) {
            report_bond(work, bond);
        }
    }
}

} // namespace twinsite::site::importing
