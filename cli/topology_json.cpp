#include "cli/topology_json.hpp"

namespace twinsite::cli {

namespace {

void put(Json& object, const char* key, const std::string& value) {
    if (!value.empty()) {
        object[key] = value;
    }
}

void put(Json& object, const char* key, std::int64_t value, std::int64_t unless = 0) {
    if (value != unless) {
        object[key] = value;
    }
}

void put(Json& object, const char* key, Json value) {
    if (!value.empty()) {
        object[key] = std::move(value);
    }
}

Json node_json(const site::Node& node) {
    Json json = Json::object();
    put(json, "site", node.site);
    Json roles = Json::array();
    if (node.storage) {
        roles.push_back("storage");
    }
    if (node.compute) {
        roles.push_back("compute");
    }
    json["roles"] = std::move(roles);
    put(json, "id", node.id);
    put(json, "memory_mib", node.memory_mib);
    put(json, "reserve_mib", node.reserve_mib);
    put(json, "cpus", node.cpus);
    Json addresses = Json::object();
    put(addresses, "cluster", Json(node.cluster_addresses));
    put(addresses, "storage", node.storage_address);
    put(addresses, "migration", node.migration_address);
    json["addresses"] = std::move(addresses);
    Json power = Json::array();
    for (const site::Outlet& outlet : node.power) {
        power.push_back({{"pdu", outlet.pdu}, {"outlet", outlet.outlet}});
    }
    put(json, "power", std::move(power));
    put(json, "watchdog", node.watchdog);
    return json;
}

Json pdu_json(const site::Pdu& pdu) {
    Json json = Json::object();
    put(json, "site", pdu.site);
    put(json, "address", pdu.address);
    put(json, "port", pdu.port, 161);
    put(json, "model", pdu.model);
    Json snmp = Json::object();
    put(snmp, "version", pdu.snmp.version);
    put(snmp, "user", pdu.snmp.user);
    put(snmp, "auth", pdu.snmp.auth);
    put(snmp, "priv", pdu.snmp.priv);
    put(snmp, "secret_file", pdu.snmp.secret_file);
    put(snmp, "priv_secret_file", pdu.snmp.priv_secret_file);
    json["snmp"] = std::move(snmp);
    return json;
}

Json mirror_json(const site::Mirror& mirror) {
    Json json = Json::object();
    Json nodes = Json::object();
    for (const site::Replica& replica : mirror.replicas) {
        nodes[replica.node] = replica.disk;
    }
    put(json, "nodes", std::move(nodes));
    put(json, "device", mirror.device);
    put(json, "port", mirror.port);
    put(json, "protocol", mirror.protocol);
    put(json, "resync_mib", mirror.resync_mib, site::Mirror{}.resync_mib);
    if (mirror.integrity) {
        json["integrity"] = true;
    }
    put(json, "verify_days", mirror.verify_days);
    put(json, "verify_window", mirror.verify_window);
    put(json, "max_behind_mib", mirror.max_behind_mib);
    if (mirror.link_health) {
        json["link_health"] = true;
    }
    return json;
}

Json lun_json(const site::Lun& lun) {
    Json json = Json::object();
    put(json, "home", lun.home);
    put(json, "size_mib", lun.size_mib);
    json["mirror"] = mirror_json(lun.mirror);
    if (!lun.target.iqn.empty()) {
        Json target{{"iqn", lun.target.iqn},
                    {"lun", lun.target.lun},
                    {"implementation", lun.target.implementation}};
        put(target, "initiators", Json(lun.target.initiators));
        put(target, "chap_user", lun.target.chap_user);
        put(target, "chap_secret_file", lun.target.chap_secret_file);
        json["target"] = std::move(target);
    }
    if (!lun.address.ip.empty()) {
        Json address{{"ip", lun.address.ip}};
        put(address, "prefix", lun.address.prefix);
        put(address, "nic", lun.address.nic);
        json["address"] = std::move(address);
    }
    return json;
}

Json vm_json(const site::Vm& vm) {
    Json json = Json::object();
    put(json, "home", vm.home);
    json["luns"] = vm.luns;
    put(json, "config", vm.config);
    put(json, "memory_mib", vm.memory_mib);
    put(json, "cpus", vm.cpus);
    put(json, "priority", vm.priority);
    put(json, "shutdown_timeout", vm.shutdown_timeout);
    put(json, "after", Json(vm.after));
    put(json, "group", vm.group);
    put(json, "host", vm.host);
    return json;
}

Json policy_json(const site::Policy& policy) {
    Json json{{"isolation", std::string(site::to_string(policy.isolation))}};
    if (policy.failback == site::Failback::window) {
        json["failback"] = {{"window", policy.window}};
    } else {
        json["failback"] = std::string(site::to_string(policy.failback));
    }
    json["vm_follows_lun"] = policy.vm_follows_lun;
    json["overflow"] = policy.overflow;
    return json;
}

template <typename Items, typename One>
Json named(const Items& items, One one) {
    Json json = Json::object();
    for (const auto& item : items) {
        json[item.name] = one(item);
    }
    return json;
}

} // namespace

Json to_json(const site::Topology& topology) {
    Json json{{"cluster", topology.cluster}};
    Json sites = Json::object();
    for (const std::string& site : topology.sites) {
        sites[site] = Json::object();
    }
    json["sites"] = std::move(sites);
    if (!topology.witness.empty()) {
        json["witness"] = {{"address", topology.witness}};
    }
    json["nodes"] = named(topology.nodes, node_json);
    json["pdus"] = named(topology.pdus, pdu_json);
    json["luns"] = named(topology.luns, lun_json);
    json["vms"] = named(topology.vms, vm_json);
    json["policy"] = policy_json(topology.policy);
    Json migration = Json::object();
    put(migration, "transport", topology.migration.transport);
    put(migration, "user", topology.migration.user);
    put(migration, "network_suffix", topology.migration.network_suffix);
    put(json, "migration", std::move(migration));
    Json corosync = Json::object();
    put(corosync, "token_ms", topology.wire.token_ms, site::Wire{}.token_ms);
    put(corosync, "key_file", topology.wire.key_file);
    put(json, "corosync", std::move(corosync));
    return json;
}

} // namespace twinsite::cli
