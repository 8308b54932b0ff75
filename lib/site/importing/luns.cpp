// LUNs: a DRBD clone and the target, logical unit and address that are bound to it.
#include "lib/site/importing/storage_families.hpp"
#include "lib/site/importing/working.hpp"

#include <twinsite/base/text.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace twinsite::site::importing {

namespace {

class LunImport {
public:
    explicit LunImport(Working& work)
        : work_(work) {}

    void run() {
        for (const auto& members : storage_families(work_)) {
            family(members);
        }
        mark_bonds();
    }

private:
    Working& work_;
    std::set<std::string> names_;

    [[nodiscard]] const Item& item(std::size_t index) const {
        return work_.inventory.items()[index];
    }

    void refuse(const std::vector<std::size_t>& members, const std::string& why,
                const std::string& what_to_do) {
        for (const std::size_t index : members) {
            work_.inventory.items()[index].placed = true; // it has been spoken of
            work_.not_placed(item(index).id, why, what_to_do);
        }
    }

    void family(const std::vector<std::size_t>& members) {
        std::vector<std::size_t> mirrors;
        std::vector<std::size_t> targets;
        std::vector<std::size_t> units;
        std::vector<std::size_t> addresses;
        for (const std::size_t index : members) {
            (item(index).is_mirror()    ? mirrors
             : item(index).is_target()  ? targets
             : item(index).is_address() ? addresses
                                        : units)
                .push_back(index);
        }
        if (mirrors.size() > 1) {
            std::vector<std::string> ids;
            ids.reserve(mirrors.size());
            for (const std::size_t index : mirrors) {
                ids.push_back(item(index).id);
            }
            return refuse(members,
                          fmt::format("it is bound to several mirrors: {}", join(ids, ", ")),
                          "Give each mirror a target and an address of its own, and import again.");
        }
        const Item& mirror = item(mirrors.front());
        const std::string name = mirror.parameter("drbd_resource");
        if (name.empty() || !names_.insert(name).second) {
            return refuse(members,
                          name.empty() ? "its mirror names no drbd_resource"
                                       : fmt::format("another mirror has the DRBD resource \"{}\" "
                                                     "already",
                                                     printable(name)),
                          "Correct or remove the mirror, and import again.");
        }
        Lun lun;
        lun.name = name;
        read_mirror(mirror, lun);
        if (!targets.empty()) {
            read_target(targets, units, lun);
        }
        if (!addresses.empty()) {
            read_address(addresses, lun);
        }
        if (targets.empty() != addresses.empty()) {
            work_.not_known(
                fmt::format("/luns/{}/{}", name, targets.empty() ? "target" : "address"),
                fmt::format("{} has {} but no {}", name,
                            targets.empty() ? "an address" : "a target",
                            targets.empty() ? "target" : "address"),
                "Write it; both move with the LUN.");
        }
        for (const std::size_t index : members) {
            work_.inventory.items()[index].placed = true;
            work_.lun_of.emplace(item(index).id, work_.topology.luns.size());
        }
        work_.topology.luns.push_back(std::move(lun));
    }

    /// What keeps the clone away from nodes, in any role.
    std::vector<Preference*> bans(const Item& mirror) {
        std::vector<Preference*> bans;
        for (const std::string& id : {mirror.id, mirror.clone}) {
            const auto found = work_.preferences_of.find(id);
            if (found == work_.preferences_of.end()) {
                continue;
            }
            for (const std::size_t index : found->second) {
                Preference& each = work_.preferences[index];
                if (each.score == -infinity && !each.promoted) {
                    bans.push_back(&each);
                }
            }
        }
        return bans;
    }

    std::vector<const Node*> possible_nodes(const std::vector<Preference*>& bans) {
        std::vector<const Node*> nodes;
        for (const Node& node : work_.topology.nodes) {
            if (std::none_of(bans.begin(), bans.end(),
                             [&](const Preference* each) { return each->node == node.name; })) {
                nodes.push_back(&node);
            }
        }
        return nodes;
    }

    void read_mirror(const Item& mirror, Lun& lun) {
        const auto number = [&](const char* name) {
            return parse_integer(mirror.parameter(name), 0, std::int64_t{1} << 40).value_or(0);
        };
        lun.mirror.verify_days = number("verify_days");
        lun.mirror.verify_window = mirror.parameter("verify_window");
        lun.mirror.max_behind_mib = number("max_behind");
        lun.mirror.link_health = parse_boolean(mirror.parameter("link_health")).value_or(false);
        if (mirror.clone.empty()) {
            work_.not_placed(mirror.id, "it is no promotable clone",
                             "A LUN's mirror is made as one; remove the plain resource first.");
        }
        replicas(mirror, lun);
        const auto drbd =
            std::find_if(work_.drbd.begin(), work_.drbd.end(),
                         [&](const DrbdResource& each) { return each.name == lun.name; });
        if (drbd != work_.drbd.end()) {
            lun.mirror.device = drbd->device;
            lun.mirror.port = drbd->port;
            lun.mirror.protocol = drbd->protocol.empty() ? "C" : drbd->protocol;
            return;
        }
        work_.not_known(fmt::format("/luns/{}/mirror", lun.name),
                        "disks, port and protocol stand in DRBD's own configuration",
                        "Write them, or give --drbd with the resource's file.");
    }

    void replicas(const Item& mirror, Lun& lun) {
        for (const DrbdResource& drbd : work_.drbd) {
            for (const DrbdDisk& disk : drbd.disks) {
                if (drbd.name == lun.name) {
                    lun.mirror.replicas.push_back({disk.node, disk.disk});
                    address_of(disk);
                }
            }
        }
        const auto kept_away = bans(mirror);
        const auto nodes = possible_nodes(kept_away);
        if (lun.mirror.replicas.empty() && nodes.size() == 2) {
            for (const Node* node : nodes) {
                lun.mirror.replicas.push_back({node->name, ""});
            }
        }
        if (lun.mirror.replicas.empty()) {
            work_.not_known(
                fmt::format("/luns/{}/mirror/nodes", lun.name),
                fmt::format("{} nodes may run the mirror; two hold the data", nodes.size()),
                "Name the two, or give --drbd with the resource's file.");
        }
        for (const Replica& replica : lun.mirror.replicas) {
            for (Node& node : work_.topology.nodes) {
                node.storage = node.storage || node.name == replica.node;
            }
        }
        // Bans that say where the copies are, are said by now.
        for (Preference* each : kept_away) {
            each->placed = each->placed ||
                           (!lun.mirror.replicas.empty() && lun.replica_on(each->node) == nullptr);
        }
    }

    void address_of(const DrbdDisk& disk) {
        for (Node& node : work_.topology.nodes) {
            const bool first =
                !node.cluster_addresses.empty() && node.cluster_addresses.front() == disk.address;
            if (node.name == disk.node && node.storage_address.empty() && !first) {
                node.storage_address = disk.address;
            }
        }
    }

    void read_target(const std::vector<std::size_t>& targets, const std::vector<std::size_t>& units,
                     Lun& lun) {
        const Item& target = item(targets.front());
        for (std::size_t i = 1; i < targets.size(); ++i) {
            work_.not_placed(
                item(targets[i]).id,
                fmt::format("the LUN {} has the target {} already", lun.name, target.id),
                "One target for each LUN; remove the other.");
        }
        lun.target.iqn = target.parameter("iqn");
        // lio-t, lio and tgt; iet, scst have no equal here.
        const std::string implementation = target.parameter("implementation");
        lun.target.implementation = implementation == "tgt" ? "tgt" : "lio";
        if (!implementation.empty() && implementation != "tgt" &&
            !implementation.starts_with("lio")) {
            work_.means_less(
                target.id,
                fmt::format("its implementation \"{}\" becomes lio", printable(implementation)),
                "Initiators log in again once when it is replaced.");
        }
        lun.target.initiators = split(target.parameter("allowed_initiators"));
        credentials(target, lun);
        auto exports = exported(target);
        for (const std::size_t unit : units) {
            const auto more = exported(item(unit));
            exports.insert(exports.end(), more.begin(), more.end());
        }
        std::sort(exports.begin(), exports.end());
        if (exports.empty()) {
            work_.not_known(fmt::format("/luns/{}/target/lun", lun.name),
                            fmt::format("{} exports no logical unit", target.id),
                            "Write the number initiators shall see.");
            return;
        }
        lun.target.lun = exports.front().first;
        if (lun.mirror.device.empty() && names_resource(exports.front().second).empty()) {
            lun.mirror.device = exports.front().second;
        }
        for (std::size_t i = 1; i < exports.size(); ++i) {
            work_.not_placed(target.id,
                             fmt::format("its logical unit {} ({}) is one too many: a LUN has one",
                                         exports[i].first, printable(exports[i].second)),
                             "Give it a mirror, a target and an address of its own.");
        }
    }

    void credentials(const Item& target, Lun& lun) {
        const std::string user = target.parameter("incoming_username");
        if (user.empty()) {
            return;
        }
        lun.target.chap_user = user;
        lun.target.chap_secret_file = target.parameter("incoming_password_file");
        if (lun.target.chap_secret_file.empty()) {
            lun.target.chap_secret_file = fmt::format("/etc/twinsite/{}.chap", lun.name);
            work_.means_less(target.id, "its CHAP password stands in the CIB and was not copied",
                             fmt::format("Write it into {} on the storage nodes, readable by root "
                                         "only.",
                                         lun.target.chap_secret_file));
        }
    }

    void read_address(const std::vector<std::size_t>& addresses, Lun& lun) {
        const Item& address = item(addresses.front());
        lun.address.ip = address.parameter("ip");
        lun.address.nic = address.parameter("nic");
        lun.address.prefix = parse_integer(address.parameter("cidr_netmask"), 1, 128).value_or(0);
        for (std::size_t i = 1; i < addresses.size(); ++i) {
            work_.not_placed(
                item(addresses[i]).id,
                fmt::format("the LUN {} has the address {} already", lun.name, lun.address.ip),
                "A LUN has one address; keep the other outside of twinsite.");
        }
    }

    /// Bonds inside one LUN are what a LUN is.
    void mark_bonds() {
        for (Bond& bond : work_.bonds) {
            const auto a = work_.lun_behind(bond.resource);
            bond.placed = bond.placed || (a && bond.score > 0 && a == work_.lun_behind(bond.with));
        }
    }
};

} // namespace

void import_luns(Working& work) {
    LunImport(work).run();
}

} // namespace twinsite::site::importing
