#include "lib/site/fence_devices.hpp"

#include <twinsite/base/text.hpp>
#include <twinsite/site/check.hpp>
#include <twinsite/site/names.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

namespace twinsite::site {

namespace {

/// One thing that must be unique, with the path of its first owner.
class Unique {
public:
    Unique(std::string what, std::vector<Finding>& findings, std::string remedy = {})
        : what_(std::move(what))
        , remedy_(remedy.empty() ? fmt::format("Give each its own {}.", what_) : std::move(remedy))
        , findings_(findings) {}

    void claim(const std::string& value, const std::string& path) {
        if (value.empty()) {
            return;
        }
        const auto [owner, first] = owners_.emplace(value, path);
        if (!first) {
            findings_.push_back({"duplicate-identity", Severity::error, path,
                                 fmt::format("the {} \"{}\" is used by {} already", what_,
                                             printable(value, longest_shown), owner->second),
                                 remedy_});
        }
    }

private:
    static constexpr std::size_t longest_shown = 80;
    std::string what_;
    std::string remedy_;
    std::vector<Finding>& findings_;
    std::unordered_map<std::string, std::string> owners_;
};

/// A node may use one of its addresses for several things, but not for two links of Corosync.
void claim_addresses(const Node& node, Unique& addresses) {
    const std::string path = fmt::format("/nodes/{}/addresses", node.name);
    std::vector<std::string> own;
    for (std::size_t i = 0; i < node.cluster_addresses.size(); ++i) {
        own.push_back(to_lower(node.cluster_addresses[i]));
        addresses.claim(own.back(), fmt::format("{}/cluster/{}", path, i));
    }
    for (const auto& [address, use] : {std::pair(node.storage_address, "storage"),
                                       std::pair(node.migration_address, "migration")}) {
        const std::string name = to_lower(address);
        if (std::find(own.begin(), own.end(), name) == own.end()) {
            own.push_back(name);
            addresses.claim(name, fmt::format("{}/{}", path, use));
        }
    }
}

/// The whole cluster shares one network, or networks that are routed: whoever answers to an
/// address must be the only one.
void check_addresses(const Topology& topology, std::vector<Finding>& findings) {
    Unique addresses("address", findings);
    for (const Node& node : topology.nodes) {
        claim_addresses(node, addresses);
    }
    addresses.claim(to_lower(topology.witness), "/witness/address");
    for (const Pdu& pdu : topology.pdus) {
        addresses.claim(to_lower(pdu.address), fmt::format("/pdus/{}/address", pdu.name));
    }
    for (const Lun& lun : topology.luns) {
        addresses.claim(to_lower(lun.address.ip), fmt::format("/luns/{}/address/ip", lun.name));
    }
}

void check_storage(const Topology& topology, std::vector<Finding>& findings) {
    // Not iqn and LUN number: each LUN is a target of its own, because it moves by itself, and
    // whatever is under its iqn on a host is taken for its own.
    Unique iqns("iqn", findings,
                "Give each LUN its own iqn, whatever its LUN number: each is a target of its own.");
    Unique devices("DRBD device", findings);
    Unique ports("DRBD port", findings);
    Unique disks("backing device", findings);
    for (const Lun& lun : topology.luns) {
        const std::string path = fmt::format("/luns/{}", lun.name);
        iqns.claim(lun.target.iqn, path + "/target/iqn");
        for (const Replica& replica : lun.mirror.replicas) {
            const std::string at = fmt::format("{}/mirror/nodes/{}", path, replica.node);
            devices.claim(fmt::format("{} on {}", lun.mirror.device, replica.node), at);
            ports.claim(fmt::format("{} on {}", lun.mirror.port, replica.node), at);
            disks.claim(fmt::format("{} on {}", replica.disk, replica.node), at);
        }
    }
}

/// Names that differ can still make one id in the cluster, where each may be there once only.
void check_rendered_ids(const Topology& topology, std::vector<Finding>& findings) {
    Unique ids("id", findings, "Rename one of them: both become a resource of that id.");
    for (const Node& node : topology.nodes) {
        for (const FenceDevice& device : fence_devices(topology, node)) {
            ids.claim(device.id, fmt::format("/nodes/{}/power", node.name));
        }
    }
    for (const Lun& lun : topology.luns) {
        const std::string path = fmt::format("/luns/{}", lun.name);
        ids.claim(mirror_id(lun.name), path);
        ids.claim(mirror_clone_id(lun.name), path);
    }
}

} // namespace

std::vector<Finding> check_identities(const Topology& topology) {
    std::vector<Finding> findings;
    check_addresses(topology, findings);
    check_storage(topology, findings);
    check_rendered_ids(topology, findings);
    Unique outlets("outlet", findings);
    for (const Node& node : topology.nodes) {
        for (std::size_t i = 0; i < node.power.size(); ++i) {
            outlets.claim(fmt::format("{} outlet {}", node.power[i].pdu, node.power[i].outlet),
                          fmt::format("/nodes/{}/power/{}", node.name, i));
        }
    }
    Unique configs("domain XML", findings);
    for (const Vm& vm : topology.vms) {
        configs.claim(vm.config, fmt::format("/vms/{}/config", vm.name));
    }
    return findings;
}

} // namespace twinsite::site
