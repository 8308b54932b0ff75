#include "lib/cluster/xml_bridge.hpp"

#include <twinsite/cluster/state.hpp>

#include <crm/pengine/status.h>

#include <algorithm>
#include <memory>

namespace twinsite::cluster {

namespace {

using WorkingSet = CHandle<pe_working_set_t, pe_free_working_set>;

std::string text_of(const char* text) {
    return text == nullptr ? std::string{} : std::string(text);
}

std::map<std::string, std::string> attributes_of(GHashTable* table) {
    std::map<std::string, std::string> attributes;
    if (table == nullptr) {
        return attributes;
    }
    GHashTableIter iterator;
    gpointer key = nullptr;
    gpointer value = nullptr;
    g_hash_table_iter_init(&iterator, table);
    while (g_hash_table_iter_next(&iterator, &key, &value) != 0) {
        attributes[text_of(static_cast<const char*>(key))] =
            text_of(static_cast<const char*>(value));
    }
    return attributes;
}

site::NodeState node_state(const pe_node_t& node) {
    const auto& details = *node.details;
    site::NodeState state;
    state.name = text_of(details.uname);
    state.online = details.online != 0;
    state.unclean = details.unclean != 0;
    state.standby = details.standby != 0;
    state.maintenance = details.maintenance != 0;
    state.pending = details.pending != 0;
    state.dc = details.is_dc != 0;
    state.attributes = attributes_of(details.attrs);
    return state;
}

/// mirror_red:0 is an instance of mirror_red.
std::string base_id(const pe_resource_t& resource) {
    const std::string id = text_of(resource.id);
    return id.substr(0, id.find(':'));
}

void add_primitive(const pe_resource_t& resource, site::ClusterState& state) {
    site::ResourceState& entry = state.resources[base_id(resource)];
    entry.id = base_id(resource);
    for (const GList* at = resource.running_on; at != nullptr; at = at->next) {
        const auto* node = static_cast<const pe_node_t*>(at->data);
        entry.running.push_back(
            {text_of(node->details->uname), resource.role == RSC_ROLE_PROMOTED});
    }
    entry.failed = entry.failed || (resource.flags & pe_rsc_failed) != 0;
    entry.blocked = entry.blocked || (resource.flags & pe_rsc_block) != 0;
    entry.managed = entry.managed && (resource.flags & pe_rsc_managed) != 0;
    if (resource.pending_task != nullptr) {
        entry.pending = resource.pending_task;
    }
}

void add_resource(const pe_resource_t& resource, site::ClusterState& state) {
    if (resource.variant == pe_native) {
        add_primitive(resource, state);
        return;
    }
    for (const GList* at = resource.children; at != nullptr; at = at->next) {
        add_resource(*static_cast<const pe_resource_t*>(at->data), state);
    }
}

} // namespace

Result<site::ClusterState> interpret(const site::Xml& cib) {
    auto tree = to_tree(cib);
    if (!tree) {
        return fail(tree.error());
    }
    const WorkingSet set(pe_new_working_set());
    if (!set) {
        return fail(ErrorKind::internal, "libpe_status gave no working set");
    }
    set->input = tree->release(); // freed with the set
    if (cluster_status(set.get()) == 0) {
        return fail(ErrorKind::protocol, "Pacemaker's library cannot interpret this CIB");
    }
    site::ClusterState state;
    state.quorate = cib.get("have-quorum") == "1";
    if (set->dc_node != nullptr) {
        state.dc = text_of(set->dc_node->details->uname);
    }
    for (const GList* at = set->nodes; at != nullptr; at = at->next) {
        state.nodes.push_back(node_state(*static_cast<const pe_node_t*>(at->data)));
    }
    for (const GList* at = set->resources; at != nullptr; at = at->next) {
        add_resource(*static_cast<const pe_resource_t*>(at->data), state);
    }
    for (auto& [name, value] : attributes_of(set->config_hash)) {
        state.properties.emplace(name, value);
    }
    return state;
}

} // namespace twinsite::cluster
