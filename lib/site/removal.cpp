#include "lib/site/importing/inventory.hpp"
#include "lib/site/plain_set.hpp"

#include <twinsite/site/removal.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <functional>

namespace twinsite::site {

namespace {

using importing::Inventory;
using importing::Item;

constexpr std::string_view sets = "meta_attributes";

const Xml& resources_of(const Xml& cib) {
    static const Xml none;
    const Xml* configuration = cib.child("configuration");
    const Xml* resources = configuration == nullptr ? nullptr : configuration->child("resources");
    return resources == nullptr ? none : *resources;
}

/// The outermost part around ITEM that LATER does not have.
const std::string& outermost_gone(const Item& item, const Inventory& later) {
    for (const std::string* around : {&item.clone, &item.group}) {
        if (!around->empty() && !later.knows(*around)) {
            return *around;
        }
    }
    return item.id;
}

void set_stopped(Xml& resource) {
    const std::string id(resource.get("id"));
    Xml* set = plain_set(resource, sets);
    if (set == nullptr) {
        // Before the members: the schema wants that of clones and groups.
        set = &*resource.children.insert(
            resource.children.begin(),
            Xml{std::string(sets), {{"id", fmt::format("{}-meta_attributes", id)}}, {}});
    }
    std::erase_if(set->children, [](const Xml& pair) { return pair.get("name") == "target-role"; });
    set->add({"nvpair",
              {{"id", fmt::format("{}-target-role", set->get("id"))},
               {"name", "target-role"},
               {"value", "Stopped"}},
              {}});
}

} // namespace

Removal removed_while_running(const Xml& before, const Xml& after, const ClusterState& state) {
    const Inventory now(resources_of(before));
    const Inventory later(resources_of(after));
    Removal removal;
    for (const Item& item : now.items()) {
        const ResourceState* seen = state.resource(item.id);
        if (later.knows(item.id) || item.is_fence_device() || seen == nullptr ||
            seen->running.empty()) {
            continue;
        }
        removal.primitives.push_back(item.id);
        const std::string& gone = outermost_gone(item, later);
        if (std::find(removal.resources.begin(), removal.resources.end(), gone) ==
            removal.resources.end()) {
            removal.resources.push_back(gone);
        }
    }
    return removal;
}

Xml stopped_first(const Xml& before, const Removal& removal) {
    Xml stopped = before;
    const std::function<void(Xml&)> visit = [&](Xml& element) {
        if (std::find(removal.resources.begin(), removal.resources.end(), element.get("id")) !=
            removal.resources.end()) {
            set_stopped(element);
            return;
        }
        for (Xml& child : element.children) {
            if (child.name == "primitive" || child.name == "group" || child.name == "clone" ||
                child.name == "master") {
                visit(child);
            }
        }
    };
    if (Xml* configuration = stopped.child("configuration")) {
        if (Xml* resources = configuration->child("resources")) {
            visit(*resources);
        }
    }
    return stopped;
}

std::string still_running(const Removal& removal, const ClusterState& state) {
    for (const std::string& id : removal.primitives) {
        const ResourceState* seen = state.resource(id);
        if (seen != nullptr && !seen->running.empty()) {
            return fmt::format("{} on {}", id, seen->running.front().node);
        }
    }
    return {};
}

} // namespace twinsite::site
