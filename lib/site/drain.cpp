#include <twinsite/base/choice.hpp>
#include <twinsite/site/drain.hpp>
#include <twinsite/site/site_map.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace twinsite::site {

Result<std::vector<std::string>> drain_targets(const Topology& topology, const std::string& kind,
                                               const std::string& name) {
    std::vector<std::string> nodes;
    std::vector<std::string> known;
    for (const Node& node : topology.nodes) {
        known.push_back(node.name);
        if ((kind == "site" && node.site == name) || (kind == "node" && node.name == name)) {
            nodes.push_back(node.name);
        }
    }
    if (nodes.empty()) {
        return fail(ErrorKind::invalid_config,
                    no_such(kind, name, kind == "site" ? topology.sites : known));
    }
    return nodes;
}

Result<Xml> with_standby(Xml cib, const std::vector<std::string>& nodes, bool standby) {
    Xml* configuration = cib.child("configuration");
    Xml* section = configuration == nullptr ? nullptr : configuration->child("nodes");
    for (const std::string& name : nodes) {
        Xml* entry = nullptr;
        for (Xml& node : section == nullptr ? cib.children : section->children) {
            if (node.name == "node" && node.get("uname") == name) {
                entry = &node;
            }
        }
        if (entry == nullptr) {
            return fail(ErrorKind::conflict, fmt::format("the cluster does not know {}", name));
        }
        for (Xml& set : entry->children) {
            std::erase_if(set.children,
                          [](const Xml& pair) { return pair.get("name") == "standby"; });
        }
        if (!standby) {
            continue;
        }
        Xml& set = entry->ensure("instance_attributes");
        if (!set.has("id")) {
            set.set("id", fmt::format("nodes-{}", entry->get("id")));
        }
        set.add({"nvpair",
                 {{"id", fmt::format("{}-standby", set.get("id"))},
                  {"name", "standby"},
                  {"value", "on"}},
                 {}});
    }
    return cib;
}

std::string last_copy_on(const Topology& topology, const ClusterState& state,
                         const std::vector<std::string>& nodes) {
    const SiteMap map = map_sites(topology, state);
    for (const LunEntry& lun : map.luns) {
        bool drained = false;
        bool left = false;
        for (const CopyEntry& copy : lun.copies) {
            const bool leaves = std::find(nodes.begin(), nodes.end(), copy.node) != nodes.end();
            drained = drained || leaves;
            left = left || (!leaves && copy.running && copy.state == CopyState::good);
        }
        if (drained && !left) {
            return fmt::format("the other copy of {} is not up to date; wait for the mirror",
                               lun.lun->name);
        }
    }
    return {};
}

} // namespace twinsite::site
