#include "lib/config/topology_reader.hpp"
#include "lib/config/value_checks.hpp"

#include <twinsite/base/file.hpp>
#include <twinsite/config/topology_file.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>

namespace twinsite::config {

namespace {

constexpr std::size_t largest_file = 64UL * 1024 * 1024;

/// An object whose keys are names: one ITEM for each, read by READ.
template <typename Item, typename Read>
void read_named(ObjectReader& reader, std::string_view key, bool required, std::vector<Item>& items,
                Problems& problems, Read read) {
    const Json* object = reader.value(key, JsonKind::object, required);
    if (object == nullptr) {
        return;
    }
    items.reserve(object->items.size());
    for (const Json& json : object->items) {
        const std::string path = below(reader.at(key), json.name);
        require(problems, path, json.name.empty() ? "\"\"" : json.name, wrong_name);
        Item item;
        item.name = json.name;
        read(json, path, item, problems);
        items.push_back(std::move(item));
    }
}

void read_sites(ObjectReader& reader, site::Topology& topology, Problems& problems) {
    const Json* sites = reader.value("sites", JsonKind::object, true);
    if (sites == nullptr) {
        return;
    }
    for (const Json& json : sites->items) {
        const std::string path = below(reader.at("sites"), json.name);
        require(problems, path, json.name.empty() ? "\"\"" : json.name, wrong_name);
        ObjectReader(json, path, problems).finish();
        topology.sites.push_back(json.name);
    }
    if (topology.sites.size() != 2) {
        problems.add("schema-invalid", "/sites",
                     fmt::format("two sites are needed, not {}", topology.sites.size()),
                     "Name exactly two sites; a third vote is the \"witness\".");
    }
}

void read_small_parts(ObjectReader& reader, site::Topology& topology, Problems& problems) {
    if (const Json* json = reader.value("witness", JsonKind::object, false)) {
        ObjectReader witness(*json, reader.at("witness"), problems);
        topology.witness = witness.required_string("address");
        require(problems, witness.at("address"), topology.witness, wrong_host);
        witness.finish();
    }
    if (const Json* json = reader.value("migration", JsonKind::object, false)) {
        ObjectReader migration(*json, reader.at("migration"), problems);
        topology.migration.transport = migration.one_of("transport", {"", "ssh", "tls", "tcp"}, "");
        topology.migration.user = migration.string("user");
        require(problems, migration.at("user"), topology.migration.user, wrong_word);
        topology.migration.network_suffix = migration.string("network_suffix");
        require(problems, migration.at("network_suffix"), topology.migration.network_suffix,
                wrong_word);
        migration.finish();
    }
    if (const Json* json = reader.value("corosync", JsonKind::object, false)) {
        ObjectReader wire(*json, reader.at("corosync"), problems);
        topology.wire.token_ms = wire.integer("token_ms", 500, 600000, 3000);
        topology.wire.key_file = wire.string("key_file");
        require(problems, wire.at("key_file"), topology.wire.key_file, wrong_absolute_path);
        wire.finish();
    }
    if (const Json* json = reader.value("policy", JsonKind::object, false)) {
        read_policy(*json, reader.at("policy"), topology.policy, problems);
    }
}

/// Nodes without an "id" get the lowest free ones in the order of the file.
void number_nodes(site::Topology& topology, Problems& problems) {
    std::unordered_set<std::uint32_t> taken;
    for (const site::Node& node : topology.nodes) {
        if (node.id != 0 && !taken.insert(node.id).second) {
            problems.add("duplicate-identity", below(below("/nodes", node.name), "id"),
                         fmt::format("another node has the id {} already", node.id),
                         "Give each node an id of its own.");
        }
    }
    std::uint32_t next = 1;
    for (site::Node& node : topology.nodes) {
        while (node.id == 0) {
            if (taken.insert(next).second) {
                node.id = next;
            }
            ++next;
        }
    }
}

void check_links(const site::Topology& topology, Problems& problems) {
    constexpr std::size_t most_links = 8; // knet
    for (const site::Node& node : topology.nodes) {
        const std::size_t links = node.cluster_addresses.size();
        if (links == 0 || links > most_links ||
            links != topology.nodes[0].cluster_addresses.size()) {
            problems.add("schema-invalid",
                         below(below(below("/nodes", node.name), "addresses"), "cluster"),
                         links == 0 ? "a node needs at least one cluster address"
                                    : "every node needs the same number of cluster addresses",
                         "List one address per network, for every node in the same order.");
        }
    }
}

} // namespace

Result<Loaded> parse_topology(std::string_view text) {
    auto json = parse_json(text);
    if (!json) {
        return fail(json.error());
    }
    Problems problems;
    site::Topology topology;
    ObjectReader reader(*json, "", problems);
    static_cast<void>(reader.any("$schema")); // for editors
    topology.cluster = reader.required_string("cluster");
    require(problems, "/cluster", topology.cluster, wrong_name);
    read_sites(reader, topology, problems);
    read_named(reader, "nodes", true, topology.nodes, problems, read_node);
    read_named(reader, "pdus", false, topology.pdus, problems, read_pdu);
    read_named(reader, "luns", false, topology.luns, problems, read_lun);
    read_named(reader, "vms", false, topology.vms, problems, read_vm);
    read_small_parts(reader, topology, problems);
    reader.finish();
    number_nodes(topology, problems);
    check_links(topology, problems);
    check_references(topology, problems);

    Loaded loaded;
    if (problems.findings.empty()) {
        loaded.topology = std::move(topology);
    }
    loaded.findings = std::move(problems.findings);
    return loaded;
}

Result<Loaded> load_topology(const std::filesystem::path& file) {
    const auto text = read_file(file, largest_file);
    if (!text) {
        return fail(text.error());
    }
    auto loaded = parse_topology(*text);
    if (!loaded) {
        return fail(loaded.error().in(file.string()));
    }
    return loaded;
}

} // namespace twinsite::config
