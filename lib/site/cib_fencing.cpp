#include "lib/site/cib_builder.hpp"
#include "lib/site/cib_parts.hpp"
#include "lib/site/fence_devices.hpp"

#include <twinsite/base/text.hpp>
#include <twinsite/site/names.hpp>

#include <fmt/format.h>

namespace twinsite::site::cib {

namespace {

Xml device_resource(const Node& node, const FenceDevice& device) {
    const std::string& id = device.id;
    Xml xml = primitive(id, "stonith", "", "fence_netpdu");
    const Pdu& pdu = *device.pdu;
    const bool v3 = pdu.snmp.version == "3";
    const std::string& priv_secret =
        pdu.snmp.priv_secret_file.empty() ? pdu.snmp.secret_file : pdu.snmp.priv_secret_file;
    std::string level;
    if (v3) {
        level = pdu.snmp.auth.empty() ? "noAuthNoPriv"
                                      : (pdu.snmp.priv.empty() ? "authNoPriv" : "authPriv");
    }
    add_pairs(xml, "instance_attributes", fmt::format("{}-instance_attributes", id),
              {{"ip", pdu.address},
               {"ipport", pdu.port == 161 ? "" : std::to_string(pdu.port)},
               {"model", pdu.model},
               {"snmp_version", pdu.snmp.version},
               {"username", v3 ? pdu.snmp.user : ""},
               {"snmp_auth_prot", v3 ? pdu.snmp.auth : ""},
               {"snmp_priv_prot", v3 ? pdu.snmp.priv : ""},
               {"snmp_sec_level", level},
               {"password_file", v3 ? pdu.snmp.secret_file : ""},
               {"snmp_priv_passwd_file", v3 && !pdu.snmp.priv.empty() ? priv_secret : ""},
               {"community_file", v3 ? "" : pdu.snmp.secret_file},
               {"plug", join(device.outlets, ",")},
               {"pcmk_host_list", node.name},
               {"pcmk_host_check", "static-list"},
               // The outlets are fixed: nothing that Pacemaker adds may stand beside them.
               {"pcmk_host_argument", "none"}});
    add_operations(xml, {{.name = "monitor", .interval = "60s", .timeout = "30s"}});
    // It stays where it is when a node is lost: moving it would take the time that fencing needs.
    // A PDU that came back is usable again within a minute.
    add_pairs(xml, "meta_attributes", fmt::format("{}-meta_attributes", id),
              {{"resource-stickiness", "100"}, {"failure-timeout", "60s"}});
    return xml;
}

/// Each node's own: it ends itself when it has lost the quorum, and Pacemaker calls it dead after
/// stonith-watchdog-timeout. The id is the one that Pacemaker knows it by (fence_watchdog(8)).
Xml watchdog_resource(const std::vector<std::string>& nodes) {
    Xml xml = primitive(watchdog_id, "stonith", "", "fence_watchdog");
    add_pairs(xml, "instance_attributes", fmt::format("{}-instance_attributes", watchdog_id),
              {{"pcmk_host_list", join(nodes, ",")}});
    add_operations(xml, {{.name = "monitor", .interval = "60s", .timeout = "30s"}});
    return xml;
}

void add_level(Xml& levels, const Node& node, std::string_view suffix, std::string_view index,
               std::string devices) {
    levels.add({"fencing-level",
                {{"id", fmt::format("{}level-{}{}", constraint_prefix, node.name, suffix)},
                 {"target", node.name},
                 {"index", std::string(index)},
                 {"devices", std::move(devices)}},
                {}});
}

} // namespace

void add_fencing(const Topology& topology, Section& resources, Section& constraints, Xml& levels) {
    std::vector<std::string> self_fencing;
    for (const Node& node : topology.nodes) {
        std::vector<std::string> ids;
        for (const FenceDevice& device : fence_devices(topology, node)) {
            ids.push_back(device.id);
            resources.add(device_resource(node, device));
            constraints.add(
                location(fmt::format("{}not-on-victim-{}", constraint_prefix, device.id), device.id,
                         node.name, "-INFINITY"));
        }
        const bool ends_itself =
            topology.policy.isolation == Isolation::majority && !node.watchdog.empty();
        // One level: Pacemaker switches all of its devices off before it switches any on.
        if (ids.size() > 1 || (ends_itself && !ids.empty())) {
            add_level(levels, node, "", "1", join(ids, ","));
        }
        // What hides a node hides its PDU as well; only a level that names the watchdog lets
        // Pacemaker wait for the node's own end then.
        if (ends_itself) {
            add_level(levels, node, "-watchdog", "2", std::string(watchdog_id));
            self_fencing.push_back(node.name);
        }
    }
    if (!self_fencing.empty()) {
        resources.add(watchdog_resource(self_fencing));
    }
}

} // namespace twinsite::site::cib
