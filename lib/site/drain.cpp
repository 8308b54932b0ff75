#include "lib/site/plain_set.hpp"

#include <twinsite/base/choice.hpp>
#include <twinsite/base/text.hpp>
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

namespace {

/// Any other tool names the pair after the set that it is in, so this id tells whose it is; and it
/// goes with the pair when an admin takes the node out of standby by hand.
std::string drain_id(const Xml& node) {
    return fmt::format("twinsite-drain-{}", node.get("id"));
}

bool is_standby(const Xml& pair) {
    return pair.name == "nvpair" && pair.get("name") == "standby";
}

/// Pacemaker's words for true.
bool is_on(std::string_view value) {
    const std::string word = to_lower(value);
    return word == "on" || word == "true" || word == "yes" || word == "y" || word == "1";
}

/// The pair that keeps NODE in standby; nothing when none does.
const Xml* standby_of(const Xml& node) {
    for (const Xml& set : node.children) {
        for (const Xml& pair : set.children) {
            if (set.name == "instance_attributes" && is_standby(pair) && is_on(pair.get("value"))) {
                return &pair;
            }
        }
    }
    return nullptr;
}

void set_standby(Xml& node) {
    for (Xml& set : node.children) {
        std::erase_if(set.children, is_standby); // one that says "off"
    }
    Xml* set = plain_set(node, "instance_attributes");
    if (set == nullptr) {
        set = &node.add(
            {"instance_attributes", {{"id", fmt::format("nodes-{}", node.get("id"))}}, {}});
    }
    set->add({"nvpair", {{"id", drain_id(node)}, {"name", "standby"}, {"value", "on"}}, {}});
}

void take_back_standby(Xml& node) {
    for (Xml& set : node.children) {
        std::erase_if(set.children,
                      [&](const Xml& pair) { return pair.get("id") == drain_id(node); });
    }
}

const Xml* nodes_of(const Xml& cib) {
    const Xml* configuration = cib.child("configuration");
    return configuration == nullptr ? nullptr : configuration->child("nodes");
}

Xml* entry_of(Xml& cib, const std::string& name) {
    auto* section = const_cast<Xml*>(nodes_of(cib));
    for (std::size_t i = 0; section != nullptr && i < section->children.size(); ++i) {
        if (section->children[i].get("uname") == name) {
            return &section->children[i];
        }
    }
    return nullptr;
}

} // namespace

std::set<std::string> nodes_in_standby(const Xml& cib) {
    std::set<std::string> found;
    const Xml* section = nodes_of(cib);
    if (section != nullptr) {
        for (const Xml& node : section->children) {
            if (standby_of(node) != nullptr) {
                found.emplace(node.get("uname"));
            }
        }
    }
    return found;
}

Result<StandbyChange> with_standby(Xml cib, const std::vector<std::string>& nodes, bool standby) {
    std::vector<std::string> left;
    for (const std::string& name : nodes) {
        Xml* node = entry_of(cib, name);
        if (node == nullptr) {
            return fail(ErrorKind::conflict, fmt::format("the cluster does not know {}", name));
        }
        const Xml* pair = standby_of(*node);
        if (pair != nullptr && pair->get("id") != drain_id(*node)) {
            left.push_back(name);
        } else if (standby && pair == nullptr) {
            set_standby(*node);
        } else if (!standby && pair != nullptr) {
            take_back_standby(*node);
        }
    }
    return StandbyChange{std::move(cib), std::move(left)};
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
