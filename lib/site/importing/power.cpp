// Outlets and PDUs from fence devices.
#include "lib/site/importing/working.hpp"

#include <twinsite/base/text.hpp>
#include <twinsite/site/names.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace twinsite::site::importing {

namespace {

constexpr std::array power_agents{
    "fence_netpdu",  "fence_apc_snmp",       "fence_apc",     "fence_eaton_snmp", "fence_eaton_ssh",
    "fence_raritan", "fence_tripplite_snmp", "fence_ibm_pdu", "fence_wti",        "fence_netio",
    "fence_eps",     "fence_cyberpower_ssh"};

std::string first_of(const Item& item, std::initializer_list<const char*> names) {
    for (const char* name : names) {
        if (std::string value = item.parameter(name); !value.empty()) {
            return value;
        }
    }
    return {};
}

struct Feed {
    std::string node;
    std::vector<std::string> outlets;
};

/// Which outlets of the device feed which node.
std::vector<Feed> feeds_of(const Item& item) {
    std::vector<Feed> feeds;
    if (const std::string map = item.parameter("pcmk_host_map"); !map.empty()) {
        for (const std::string& entry : split(map, "; \t")) {
            const auto mark = entry.find_first_of(":=");
            if (mark != std::string::npos) {
                feeds.push_back({entry.substr(0, mark), split(entry.substr(mark + 1), ",")});
            }
        }
        return feeds;
    }
    const auto outlets = split(first_of(item, {"plug", "port"}), ", ");
    for (std::string& node : split(item.parameter("pcmk_host_list"), ",; \t")) {
        feeds.push_back({std::move(node), outlets});
    }
    return feeds;
}

class PowerImport {
public:
    explicit PowerImport(Working& work)
        : work_(work) {}

    void run() {
        for (Item& item : work_.inventory.items()) {
            if (item.is_fence_device()) {
                device(item);
            }
        }
        levels();
    }

private:
    Working& work_;
    std::vector<std::string> keys_; ///< address and port of each PDU, in the topology's order

    void device(Item& item) {
        const std::string type = item.kind.substr(item.kind.rfind(':') + 1);
        if (type == "fence_watchdog" && item.id == watchdog_id) {
            item.placed = true;
            return watchdogs(item);
        }
        if (std::find(power_agents.begin(), power_agents.end(), type) == power_agents.end()) {
            item.placed = true;
            return work_.not_placed(item.id, fmt::format("{} switches no PDU outlets", type),
                                    "Name each node's outlets in \"power\"; the device itself "
                                    "stays as it is, apply leaves it alone.");
        }
        auto feeds = feeds_of(item);
        std::erase_if(feeds, [&](const Feed& feed) {
            return work_.topology.node(feed.node) == nullptr || feed.outlets.empty();
        });
        const std::string address = first_of(item, {"ip", "ipaddr"});
        if (feeds.empty() || address.empty()) {
            item.placed = true;
            return work_.not_placed(item.id,
                                    "it does not say which outlets of which PDU feed which node "
                                    "of this cluster",
                                    "Write \"pdus\" and each node's \"power\" by hand.");
        }
        item.placed = true;
        const std::string pdu = pdu_of(item, type, address, feeds);
        for (const Feed& feed : feeds) {
            for (Node& node : work_.topology.nodes) {
                for (const std::string& outlet : feed.outlets) {
                    if (node.name == feed.node) {
                        node.power.push_back({pdu, outlet});
                    }
                }
            }
            ban_from_victim(item, feed.node);
        }
    }

    /// A list that is missing means all of them.
    void watchdogs(const Item& item) {
        const auto listed = split(item.parameter("pcmk_host_list"), ",; \t");
        for (Node& node : work_.topology.nodes) {
            if (listed.empty() ||
                std::find(listed.begin(), listed.end(), node.name) != listed.end()) {
                node.watchdog = "/dev/watchdog";
            }
        }
        work_.not_known("/nodes/*/watchdog",
                        "which device sbd uses is not in the cluster's configuration; "
                        "/dev/watchdog was written",
                        "Compare with SBD_WATCHDOG_DEV in sbd's configuration.");
    }

    /// No node switches itself off: that is implied.
    void ban_from_victim(const Item& item, const std::string& victim) {
        for (Preference& each : work_.preferences) {
            each.placed = each.placed || (each.resource == item.id && each.node == victim &&
                                          each.score == -infinity);
        }
    }

    std::string pdu_of(const Item& item, const std::string& type, const std::string& address,
                       const std::vector<Feed>& feeds) {
        const std::string key = address + " " + item.parameter("ipport");
        const auto known = std::find(keys_.begin(), keys_.end(), key);
        if (known != keys_.end()) {
            Pdu& pdu = work_.topology.pdus[static_cast<std::size_t>(known - keys_.begin())];
            if (const std::string site = site_of(feeds); site != pdu.site) {
                pdu.site = "";
                work_.not_known(fmt::format("/pdus/{}/site", pdu.name),
                                "it feeds nodes of both sites", "Write where it stands.");
            }
            return pdu.name;
        }
        Pdu pdu;
        pdu.site = site_of(feeds);
        pdu.name = name_for(pdu.site);
        pdu.address = address;
        pdu.port = parse_integer(item.parameter("ipport"), 1, 65535).value_or(161);
        if (const std::string model = item.parameter("model"); !model.empty()) {
            pdu.model = model;
        }
        snmp(item, type, pdu);
        keys_.push_back(key);
        work_.topology.pdus.push_back(pdu);
        return pdu.name;
    }

    [[nodiscard]] std::string site_of(const std::vector<Feed>& feeds) const {
        const std::string site = work_.site_of(feeds.front().node);
        const bool same = std::all_of(feeds.begin(), feeds.end(), [&](const Feed& feed) {
            return work_.site_of(feed.node) == site;
        });
        return same ? site : std::string{};
    }

    [[nodiscard]] std::string name_for(const std::string& site) const {
        const std::string base = site.empty() ? "pdu" : "pdu-" + site;
        for (std::size_t nth = 1;; ++nth) {
            std::string name = nth == 1 ? base : fmt::format("{}-{}", base, nth);
            if (work_.topology.pdu(name) == nullptr) {
                return name;
            }
        }
    }

    /// Secrets never leave the CIB: only the paths of files that hold them.
    void snmp(const Item& item, const std::string& type, Pdu& pdu) {
        const std::string version = item.parameter("snmp_version");
        const bool community =
            !first_of(item, {"community", "snmp_community", "community_file"}).empty();
        pdu.snmp.version = !version.empty() ? version : community ? "1" : "3";
        const bool v3 = pdu.snmp.version == "3";
        if (v3) {
            pdu.snmp.user = first_of(item, {"username", "login"});
            pdu.snmp.auth = item.parameter("snmp_auth_prot");
            pdu.snmp.priv = item.parameter("snmp_priv_prot");
        }
        pdu.snmp.secret_file =
            v3 ? item.parameter("password_file") : item.parameter("community_file");
        const std::string priv = item.parameter("snmp_priv_passwd_file");
        pdu.snmp.priv_secret_file = priv == pdu.snmp.secret_file ? "" : priv;
        if (pdu.snmp.secret_file.empty() &&
            (!v3 || !pdu.snmp.auth.empty() || type != "fence_netpdu")) {
            pdu.snmp.secret_file = fmt::format("/etc/twinsite/{}.secret", pdu.name);
            work_.means_less(item.id, "its password or community was not copied from the CIB",
                             fmt::format("Write it into {} on every node, readable by root only.",
                                         pdu.snmp.secret_file));
        }
        if (type != "fence_netpdu") {
            work_.means_less(
                item.id,
                fmt::format("{} becomes fence_netpdu, which speaks SNMP to {}", type, pdu.name),
                "Check \"snmp\", then test it: fence_netpdu -o status.");
        }
    }

    void levels() {
        for (const Xml& level : work_.section("fencing-topology").children) {
            const auto devices = split(level.get("devices"), ", ");
            const Node* victim = work_.topology.node(level.get("target"));
            if (victim != nullptr && !victim->watchdog.empty() && level.get("index") == "2" &&
                level.get("devices") == watchdog_id) {
                continue;
            }
            const bool ours = std::all_of(devices.begin(), devices.end(), [&](const auto& id) {
                const auto& members = work_.inventory.members(id);
                return !members.empty() &&
                       work_.inventory.items()[members.front()].kind.ends_with("fence_netpdu");
            });
            if (!ours || level.get("index") != "1") {
                work_.not_placed(std::string(level.get("id")),
                                 "a topology makes one level of all PDUs that feed a node",
                                 "Keep the level as it is, or remove it with its devices.");
            }
        }
    }
};

} // namespace

void import_power(Working& work) {
    PowerImport(work).run();
}

} // namespace twinsite::site::importing
