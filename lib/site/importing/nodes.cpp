// Sites and nodes: from node attributes, from what the admin said, from corosync's file.
#include "lib/site/importing/working.hpp"

#include <twinsite/base/text.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace twinsite::site::importing {

namespace {

std::int64_t mib(const Values& utilization) {
    for (const char* name : {"hv_memory", "memory"}) {
        if (const auto found = utilization.find(name); found != utilization.end()) {
            return parse_integer(found->second, 0, std::int64_t{1} << 40).value_or(0);
        }
    }
    return 0;
}

void import_node(Working& work, const Xml& element) {
    Node node;
    node.name = element.get("uname");
    if (element.get("type") == "remote" || node.name.empty()) {
        work.not_placed(std::string(element.get("id")), "a topology has cluster members only",
                        "Leave the remote node as it is; no LUN or VM may need it.");
        return;
    }
    node.id =
        static_cast<std::uint32_t>(parse_integer(element.get("id"), 1, 0x7fffffff).value_or(0));
    const auto said = work.sources.sites.find(node.name);
    const Values attributes = values_of(element, "instance_attributes");
    const auto attribute = attributes.find(work.sources.site_attribute);
    if (said != work.sources.sites.end()) {
        node.site = said->second;
    } else if (attribute != attributes.end()) {
        node.site = attribute->second;
    } else {
        work.not_known(fmt::format("/nodes/{}/site", node.name),
                       fmt::format("nothing says where {} stands", node.name),
                       fmt::format("Say --site SITE={0}, or set the node attribute \"{1}\".",
                                   node.name, work.sources.site_attribute));
    }
    node.compute = true;
    // A CIB knows what VMs may use, not what the host has.
    node.memory_mib = mib(values_of(element, "utilization"));
    if (!node.site.empty() && std::find(work.topology.sites.begin(), work.topology.sites.end(),
                                        node.site) == work.topology.sites.end()) {
        work.topology.sites.push_back(node.site);
    }
    work.topology.nodes.push_back(std::move(node));
}

/// "key: value" lines inside nested sections.
struct CorosyncNode {
    std::string name;
    std::vector<std::string> addresses;
};

class CorosyncReader {
public:
    explicit CorosyncReader(Working& work)
        : work_(work) {}

    void read(std::string_view text) {
        for (const std::string_view raw : lines(text)) {
            const std::string_view line = trim(raw.substr(0, raw.find('#')));
            if (line.ends_with('{')) {
                sections_.emplace_back(trim(line.substr(0, line.size() - 1)));
                if (sections_.back() == "node") {
                    node_ = {};
                }
            } else if (line == "}") {
                close();
            } else if (const auto colon = line.find(':'); colon != std::string_view::npos) {
                value(trim(line.substr(0, colon)), trim(line.substr(colon + 1)));
            }
        }
    }

private:
    Working& work_;
    std::vector<std::string> sections_;
    CorosyncNode node_;

    void close() {
        if (sections_.empty()) {
            return;
        }
        if (sections_.back() == "node") {
            for (Node& node : work_.topology.nodes) {
                if (node.name == node_.name) {
                    node.cluster_addresses = node_.addresses;
                }
            }
        }
        sections_.pop_back();
    }

    void value(std::string_view key, std::string_view text) {
        const std::string_view in = sections_.empty() ? "" : std::string_view(sections_.back());
        if (in == "node" && key == "name") {
            node_.name = text;
        } else if (in == "node" && key.starts_with("ring") && key.ends_with("_addr")) {
            node_.addresses.emplace_back(text);
        } else if (in == "totem" && key == "cluster_name") {
            work_.topology.cluster = text;
        } else if (in == "totem" && key == "token") {
            work_.topology.wire.token_ms =
                parse_integer(text, 500, 600000).value_or(work_.topology.wire.token_ms);
        } else if (in == "totem" && key == "crypto_cipher") {
            if (text != "none" && work_.topology.wire.key_file.empty()) {
                work_.topology.wire.key_file = "/etc/corosync/authkey"; // corosync's default
            }
        } else if (in == "totem" && key == "keyfile") {
            work_.topology.wire.key_file = text;
        } else if (in == "net" && key == "host") {
            work_.topology.witness = text;
        }
    }
};

} // namespace

void import_nodes(Working& work) {
    work.topology.cluster = "";
    const Values properties = work.properties();
    if (const auto name = properties.find("cluster-name"); name != properties.end()) {
        work.topology.cluster = name->second;
    }
    for (const Xml& element : work.section("nodes").children) {
        import_node(work, element);
    }
    if (work.topology.sites.size() != 2) {
        work.not_known("/sites",
                       fmt::format("the nodes stand in {} sites, and a topology has two",
                                   work.topology.sites.size()),
                       "Say which node stands where: --site SITE=NODE,NODE, once for each site.");
    }
}

void read_corosync_file(Working& work) {
    CorosyncReader(work).read(work.sources.corosync);
    if (work.topology.cluster.empty()) {
        work.topology.cluster = "cluster";
        work.not_known("/cluster", "the CIB does not name the cluster",
                       "Name it as corosync.conf does, or give --corosync FILE.");
    }
    for (const Node& node : work.topology.nodes) {
        if (node.cluster_addresses.empty()) {
            work.not_known(fmt::format("/nodes/{}/addresses/cluster", node.name),
                           "a CIB knows no addresses of nodes",
                           "Write one per network, or give --corosync FILE.");
        }
    }
}

} // namespace twinsite::site::importing
