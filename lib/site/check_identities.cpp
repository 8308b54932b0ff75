#include <twinsite/base/text.hpp>
#include <twinsite/site/check.hpp>

#include <fmt/format.h>

#include <unordered_map>

namespace twinsite::site {

namespace {

/// One thing that must be unique, with the path of its first owner.
class Unique {
public:
    Unique(std::string what, std::vector<Finding>& findings)
        : what_(std::move(what))
        , findings_(findings) {}

    void claim(const std::string& value, const std::string& path) {
        if (value.empty()) {
            return;
        }
        const auto [owner, first] = owners_.emplace(value, path);
        if (!first) {
            findings_.push_back({"duplicate-identity", Severity::error, path,
                                 fmt::format("the {} \"{}\" is used by {} already", what_,
                                             printable(value), owner->second),
                                 fmt::format("Give each its own {}.", what_)});
        }
    }

private:
    std::string what_;
    std::vector<Finding>& findings_;
    std::unordered_map<std::string, std::string> owners_;
};

} // namespace

std::vector<Finding> check_identities(const Topology& topology) {
    std::vector<Finding> findings;
    Unique addresses("address", findings);
    Unique outlets("outlet", findings);
    for (const Node& node : topology.nodes) {
        const std::string path = fmt::format("/nodes/{}", node.name);
        for (std::size_t i = 0; i < node.cluster_addresses.size(); ++i) {
            addresses.claim(node.cluster_addresses[i],
                            fmt::format("{}/addresses/cluster/{}", path, i));
        }
        for (std::size_t i = 0; i < node.power.size(); ++i) {
            outlets.claim(fmt::format("{} outlet {}", node.power[i].pdu, node.power[i].outlet),
                          fmt::format("{}/power/{}", path, i));
        }
    }
    Unique storage("storage address", findings);
    for (const Node& node : topology.nodes) {
        storage.claim(node.storage_address, fmt::format("/nodes/{}/addresses/storage", node.name));
    }
    for (const Pdu& pdu : topology.pdus) {
        addresses.claim(pdu.address, fmt::format("/pdus/{}/address", pdu.name));
    }

    Unique iqns("iqn", findings);
    Unique devices("DRBD device", findings);
    Unique ports("DRBD port", findings);
    Unique disks("backing device", findings);
    for (const Lun& lun : topology.luns) {
        const std::string path = fmt::format("/luns/{}", lun.name);
        iqns.claim(lun.target.iqn, path + "/target/iqn");
        addresses.claim(lun.address.ip, path + "/address/ip");
        for (const Replica& replica : lun.mirror.replicas) {
            const std::string at = fmt::format("{}/mirror/nodes/{}", path, replica.node);
            devices.claim(fmt::format("{} on {}", lun.mirror.device, replica.node), at);
            ports.claim(fmt::format("{} on {}", lun.mirror.port, replica.node), at);
            disks.claim(fmt::format("{} on {}", replica.disk, replica.node), at);
        }
    }
    Unique configs("domain XML", findings);
    for (const Vm& vm : topology.vms) {
        configs.claim(vm.config, fmt::format("/vms/{}/config", vm.name));
    }
    return findings;
}

} // namespace twinsite::site
