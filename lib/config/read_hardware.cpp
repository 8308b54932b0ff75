// Nodes and PDUs.
#include "lib/config/topology_reader.hpp"
#include "lib/config/value_checks.hpp"

#include <fmt/format.h>

namespace twinsite::config {

void require(Problems& problems, const std::string& where, std::string_view text,
             ValueCheck check) {
    if (text.empty()) {
        return; // that it is missing was reported where it is required
    }
    if (std::string why = check(text); !why.empty()) {
        problems.add("schema-invalid", where, std::move(why), "Correct the value.");
    }
}

namespace {

constexpr std::int64_t most_mib = 1LL << 40;

void read_roles(ObjectReader& reader, site::Node& node, Problems& problems) {
    const auto roles = reader.strings("roles");
    for (std::size_t i = 0; i < roles.size(); ++i) {
        if (roles[i] == "storage") {
            node.storage = true;
        } else if (roles[i] == "compute") {
            node.compute = true;
        } else {
            problems.add("schema-invalid", below(reader.at("roles"), i),
                         fmt::format("\"{}\" is no role", roles[i]),
                         "Use \"storage\", \"compute\" or both.");
        }
    }
    if (!reader.has("roles")) {
        problems.add("schema-invalid", reader.path(), "\"roles\" is missing",
                     "Add \"roles\": [\"storage\", \"compute\"] or one of them.");
    }
}

void read_addresses(const Json& json, const std::string& path, site::Node& node,
                    Problems& problems) {
    ObjectReader reader(json, path, problems);
    node.cluster_addresses = reader.strings("cluster");
    for (std::size_t i = 0; i < node.cluster_addresses.size(); ++i) {
        require(problems, below(reader.at("cluster"), i), node.cluster_addresses[i], wrong_host);
    }
    node.storage_address = reader.string("storage");
    require(problems, reader.at("storage"), node.storage_address, wrong_ip);
    node.migration_address = reader.string("migration");
    require(problems, reader.at("migration"), node.migration_address, wrong_host);
    reader.finish();
}

void read_power(const Json& list, const std::string& path, site::Node& node, Problems& problems) {
    for (std::size_t i = 0; i < list.items.size(); ++i) {
        ObjectReader reader(list.items[i], below(path, i), problems);
        site::Outlet outlet;
        outlet.pdu = reader.required_string("pdu");
        outlet.outlet = reader.required_string("outlet");
        // One device gets its outlets as a comma-separated list.
        if (outlet.outlet.find_first_of(",;= \t\"'") != std::string::npos) {
            problems.add("schema-invalid", reader.at("outlet"),
                         "an outlet's name must not contain blanks, commas, semicolons, '=' or "
                         "quotes",
                         "Use the outlet's number.");
        }
        reader.finish();
        node.power.push_back(std::move(outlet));
    }
}

} // namespace

void read_node(const Json& json, const std::string& path, site::Node& node, Problems& problems) {
    ObjectReader reader(json, path, problems);
    node.site = reader.required_string("site");
    read_roles(reader, node, problems);
    node.memory_mib = reader.integer("memory_mib", 0, most_mib, 0);
    node.reserve_mib = reader.integer("reserve_mib", 0, most_mib, 0);
    if (node.memory_mib > 0 && node.reserve_mib >= node.memory_mib) {
        problems.add("schema-invalid", reader.at("reserve_mib"),
                     "the reserve is not smaller than the memory",
                     "Leave memory_mib - reserve_mib for VMs.");
    }
    node.cpus = reader.integer("cpus", 0, 65536, 0);
    if (const Json* addresses = reader.value("addresses", JsonKind::object, true)) {
        read_addresses(*addresses, reader.at("addresses"), node, problems);
    }
    if (const Json* power = reader.value("power", JsonKind::array, false)) {
        read_power(*power, reader.at("power"), node, problems);
    }
    node.watchdog = reader.string("watchdog");
    require(problems, reader.at("watchdog"), node.watchdog, wrong_absolute_path);
    node.id = static_cast<std::uint32_t>(reader.integer("id", 1, 0x7fffffff, 0));
    reader.finish();
}

void read_pdu(const Json& json, const std::string& path, site::Pdu& pdu, Problems& problems) {
    ObjectReader reader(json, path, problems);
    pdu.site = reader.required_string("site");
    pdu.address = reader.required_string("address");
    require(problems, reader.at("address"), pdu.address, wrong_host);
    pdu.port = reader.integer("port", 1, 65535, 161);
    pdu.model = reader.string("model", "auto");
    require(problems, reader.at("model"), pdu.model, wrong_word);
    if (const Json* json_snmp = reader.value("snmp", JsonKind::object, true)) {
        ObjectReader snmp(*json_snmp, reader.at("snmp"), problems);
        pdu.snmp.version = snmp.one_of("version", {"1", "2c", "3"}, "3");
        pdu.snmp.user =
            pdu.snmp.version == "3" ? snmp.required_string("user") : snmp.string("user");
        require(problems, snmp.at("user"), pdu.snmp.user, wrong_word);
        pdu.snmp.auth =
            snmp.one_of("auth", {"", "MD5", "SHA", "SHA-224", "SHA-256", "SHA-384", "SHA-512"}, "");
        pdu.snmp.priv = snmp.one_of("priv", {"", "DES", "AES", "AES-192", "AES-256"}, "");
        if (!pdu.snmp.priv.empty() && pdu.snmp.auth.empty()) {
            problems.add("schema-invalid", snmp.at("priv"), "\"priv\" needs \"auth\"",
                         "Add \"auth\", for example \"SHA-256\".");
        }
        const bool needs_secret = pdu.snmp.version != "3" || !pdu.snmp.auth.empty();
        pdu.snmp.secret_file =
            needs_secret ? snmp.required_string("secret_file") : snmp.string("secret_file");
        require(problems, snmp.at("secret_file"), pdu.snmp.secret_file, wrong_absolute_path);
        pdu.snmp.priv_secret_file = snmp.string("priv_secret_file");
        require(problems, snmp.at("priv_secret_file"), pdu.snmp.priv_secret_file,
                wrong_absolute_path);
        snmp.finish();
    }
    reader.finish();
}

} // namespace twinsite::config
