#include "lib/site/ownership.hpp"
#include "lib/site/plain_set.hpp"
#include "lib/site/rivals.hpp"

#include <twinsite/site/merge.hpp>
#include <twinsite/site/names.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <unordered_map>
#include <unordered_set>

namespace twinsite::site {

namespace {

/// What twinsite may state about a resource or the cluster, so that it may also take it back. All
/// else in these sets is the admin's.
constexpr std::array<std::string_view, 44> stated_names{"drbd_resource",
                                                        "ip",
                                                        "cidr_netmask",
                                                        "nic",
                                                        "iqn",
                                                        "luns",
                                                        "portals",
                                                        "implementation",
                                                        "allowed_initiators",
                                                        "incoming_username",
                                                        "incoming_password_file",
                                                        "config",
                                                        "migration_transport",
                                                        "migration_user",
                                                        "migration_network_suffix",
                                                        "shutdown_timeout",
                                                        "ipport",
                                                        "model",
                                                        "snmp_version",
                                                        "username",
                                                        "snmp_auth_prot",
                                                        "snmp_priv_prot",
                                                        "snmp_sec_level",
                                                        "password_file",
                                                        "snmp_priv_passwd_file",
                                                        "community_file",
                                                        "plug",
                                                        "pcmk_host_list",
                                                        "pcmk_host_check",
                                                        "pcmk_host_argument",
                                                        "allow-migrate",
                                                        "resource-stickiness",
                                                        "migration-threshold",
                                                        "failure-timeout",
                                                        "priority",
                                                        "site",
                                                        "hv_memory",
                                                        "stonith-timeout",
                                                        "stonith-watchdog-timeout",
                                                        "placement-strategy",
                                                        "cluster-recheck-interval",
                                                        "promotable",
                                                        "notify",
                                                        "interleave"};

bool is_stated(std::string_view name) {
    return std::find(stated_names.begin(), stated_names.end(), name) != stated_names.end();
}

bool is_pairs(const Xml& element) {
    return element.name == "instance_attributes" || element.name == "meta_attributes" ||
           element.name == "utilization" || element.name == "cluster_property_set";
}

const Xml* pair_named(const Xml& set, std::string_view name) {
    for (const Xml& pair : set.children) {
        if (pair.name == "nvpair" && pair.get("name") == name) {
            return &pair;
        }
    }
    return nullptr;
}

/// SET gets what WANTED says; pairs that twinsite could state but does not are dropped.
void merge_pairs(Xml& set, const Xml& wanted) {
    std::erase_if(set.children, [&](const Xml& pair) {
        return pair.name == "nvpair" && is_stated(pair.get("name")) &&
               pair_named(wanted, pair.get("name")) == nullptr;
    });
    for (const Xml& pair : wanted.children) {
        Xml* found = const_cast<Xml*>(pair_named(set, pair.get("name")));
        if (found != nullptr) {
            found->set("value", pair.get("value"));
        } else {
            set.add(pair);
        }
    }
}

bool same_operation(const Xml& a, const Xml& b) {
    return a.get("name") == b.get("name") && a.get("interval") == b.get("interval") &&
           a.get("role") == b.get("role");
}

void merge_operations(Xml& live, const Xml& wanted) {
    for (const Xml& operation : wanted.children) {
        const auto found =
            std::find_if(live.children.begin(), live.children.end(),
                         [&](const Xml& mine) { return same_operation(mine, operation); });
        if (found == live.children.end()) {
            live.add(operation);
            continue;
        }
        for (const auto& [key, value] : operation.attributes) {
            if (key != "id") {
                found->set(key, value);
            }
        }
    }
}

void merge_resource(Xml& live, const Xml& wanted) {
    for (const auto& [key, value] : wanted.attributes) {
        live.set(key, value);
    }
    std::vector<Xml> members; // primitives, in the wanted order
    for (const Xml& part : wanted.children) {
        if (is_pairs(part)) {
            if (Xml* set = plain_set(live, part.name)) {
                merge_pairs(*set, part);
            } else {
                live.add(part);
            }
        } else if (part.name == "operations") {
            merge_operations(live.ensure("operations"), part);
        } else {
            Xml member = part;
            if (const Xml* old = live.child_with_id(part.get("id"))) {
                member = *old;
                merge_resource(member, part);
            }
            members.push_back(std::move(member));
        }
    }
    for (Xml& set : live.children) {
        if (is_pairs(set) && wanted.child(set.name) == nullptr) {
            merge_pairs(set, Xml{});
        }
    }
    std::erase_if(live.children, [&](const Xml& child) {
        return child.name == "primitive" || (is_pairs(child) && child.children.empty());
    });
    // The schema wants attributes and operations around members in no fixed order, but a stable
    // one keeps a second apply silent: members stay where pcs puts them, in front.
    live.children.insert(live.children.begin(), std::make_move_iterator(members.begin()),
                         std::make_move_iterator(members.end()));
}

/// ids of all resources, at any depth.
void collect_ids(const Xml& element, std::unordered_set<std::string>& ids) {
    for (const Xml& child : element.children) {
        if (child.name == "primitive" || child.name == "group" || child.name == "clone" ||
            child.name == "master" || child.name == "bundle" || child.name == "template") {
            ids.emplace(child.get("id"));
            collect_ids(child, ids);
        }
    }
}

Status merge_resources(Xml& live, const Xml& wanted, const std::unordered_set<std::string>& owned) {
    std::unordered_map<std::string_view, const Xml*> wanted_by_id;
    for (const Xml& resource : wanted.children) {
        wanted_by_id.emplace(resource.get("id"), &resource);
    }
    std::erase_if(live.children, [&](const Xml& resource) {
        const std::string id(resource.get("id"));
        return owned.contains(id) && !wanted_by_id.contains(id);
    });
    std::unordered_set<std::string> foreign;
    std::unordered_map<std::string, std::size_t> ours;
    for (std::size_t i = 0; i < live.children.size(); ++i) {
        const Xml& resource = live.children[i];
        const std::string id(resource.get("id"));
        if (owned.contains(id)) {
            ours.emplace(id, i);
        } else {
            foreign.insert(id);
            collect_ids(resource, foreign);
        }
    }
    for (const Xml& resource : wanted.children) {
        std::unordered_set<std::string> ids{std::string(resource.get("id"))};
        collect_ids(resource, ids);
        for (const std::string& id : ids) {
            if (foreign.contains(id)) {
                return fail(ErrorKind::conflict,
                            fmt::format("the cluster has a resource \"{}\" that twinsite did not "
                                        "make; rename or remove it",
                                        id));
            }
        }
        const auto found = ours.find(std::string(resource.get("id")));
        if (found == ours.end()) {
            live.add(resource);
        } else {
            merge_resource(live.children[found->second], resource);
        }
    }
    return {};
}

/// Constraints and fencing levels: whole elements, ours by their prefix.
void merge_prefixed(Xml& live, const Xml& wanted) {
    std::unordered_map<std::string_view, const Xml*> wanted_by_id;
    for (const Xml& element : wanted.children) {
        wanted_by_id.emplace(element.get("id"), &element);
    }
    std::erase_if(live.children, [&](const Xml& element) {
        return is_rendered_constraint(element.get("id")) &&
               !wanted_by_id.contains(element.get("id"));
    });
    std::unordered_set<std::string> there;
    for (Xml& element : live.children) {
        const std::string id(element.get("id"));
        if (const auto found = wanted_by_id.find(id); found != wanted_by_id.end()) {
            element = *found->second;
        }
        there.insert(id);
    }
    for (const Xml& element : wanted.children) {
        if (!there.contains(std::string(element.get("id")))) {
            live.add(element);
        }
    }
}

/// A ban on a LUN that the topology no longer has would refer to nothing, and no agent is left to
/// lift it. Every other ban stays: it keeps a stale copy from being promoted.
void drop_bans_of_gone_mirrors(Xml& configuration) {
    Xml* constraints = configuration.child("constraints");
    const Xml* resources = configuration.child("resources");
    if (constraints == nullptr || resources == nullptr) {
        return;
    }
    std::erase_if(constraints->children, [&](const Xml& element) {
        return is_mirror_ban(element.get("id")) &&
               resources->child_with_id(element.get("rsc")) == nullptr;
    });
}

Status merge_nodes(Xml& live, const Xml& wanted) {
    for (const Xml& node : wanted.children) {
        const auto found =
            std::find_if(live.children.begin(), live.children.end(),
                         [&](const Xml& entry) { return entry.get("uname") == node.get("uname"); });
        if (found == live.children.end()) {
            return fail(ErrorKind::conflict,
                        fmt::format("the cluster does not know the node {} yet; start Pacemaker "
                                    "on it once, or correct its name in the topology",
                                    node.get("uname")));
        }
        for (const Xml& set : node.children) {
            Xml* mine = plain_set(*found, set.name);
            if (mine != nullptr) {
                merge_pairs(*mine, set);
                continue;
            }
            // The live id may differ from the topology's idea of it.
            Xml fresh = set;
            const std::string id = fmt::format("nodes-{}{}", found->get("id"),
                                               set.name == "utilization" ? "-utilization" : "");
            fresh.set("id", id);
            for (Xml& pair : fresh.children) {
                pair.set("id", fmt::format("{}-{}", id, pair.get("name")));
            }
            found->add(std::move(fresh));
        }
    }
    return {};
}

void merge_properties(Xml& live, const Xml& wanted) {
    for (const Xml& set : wanted.children) {
        if (Xml* mine = live.child_with_id(set.get("id"))) {
            merge_pairs(*mine, set);
        } else {
            live.add(set);
        }
    }
}

bool schema_is_old(std::string_view schema) {
    constexpr std::string_view prefix = "pacemaker-";
    if (!schema.starts_with(prefix)) {
        return true;
    }
    schema.remove_prefix(prefix.size());
    return schema.starts_with("0.") || schema.starts_with("1.") || schema.starts_with("2.") ||
           schema == "3.0";
}

void merge_tag(Xml& configuration, const Xml& wanted) {
    const Xml* tags = wanted.child("tags");
    Xml* live = configuration.child("tags");
    if (tags == nullptr) {
        if (live != nullptr) {
            std::erase_if(live->children,
                          [](const Xml& tag) { return tag.get("id") == ownership_tag; });
        }
        return;
    }
    const Xml& tag = tags->children.front();
    Xml& mine = live == nullptr ? configuration.ensure("tags") : *live;
    if (Xml* old = mine.child_with_id(ownership_tag)) {
        *old = tag;
    } else {
        mine.add(tag);
    }
}

} // namespace

Result<Xml> merge_cib(const Xml& live, const Xml& wanted) {
    Xml merged = live;
    Xml* configuration = merged.child("configuration");
    const Xml* want = wanted.child("configuration");
    if (configuration == nullptr || want == nullptr) {
        return fail(ErrorKind::protocol, "this is no cluster configuration");
    }
    if (schema_is_old(live.get("validate-with"))) {
        return fail(ErrorKind::conflict,
                    fmt::format("the cluster's configuration has the old schema \"{}\"; run "
                                "\"cibadmin --upgrade --force\" once",
                                live.get("validate-with")));
    }
    const auto owned = owned_resources(*configuration);
    for (const Xml& section : want->children) {
        Xml& mine = configuration->ensure(section.name);
        Status done;
        if (section.name == "crm_config") {
            merge_properties(mine, section);
        } else if (section.name == "nodes") {
            done = merge_nodes(mine, section);
        } else if (section.name == "resources") {
            done = check_rivals(mine, section, owned);
            done = done ? merge_resources(mine, section, owned) : done;
        } else if (section.name == "constraints" || section.name == "fencing-topology") {
            merge_prefixed(mine, section);
        }
        if (!done) {
            return fail(done.error());
        }
    }
    if (want->child("fencing-topology") == nullptr) {
        if (Xml* levels = configuration->child("fencing-topology")) {
            merge_prefixed(*levels, Xml{});
        }
    }
    drop_bans_of_gone_mirrors(*configuration);
    merge_tag(*configuration, *want);
    return merged;
}

} // namespace twinsite::site
