#include <twinsite/cluster/event.hpp>

#include <algorithm>
#include <string_view>

namespace twinsite::cluster {

namespace {

using site::Xml;

std::string id_of(const Xml& cib, std::string_view node) {
    const Xml* configuration = cib.child("configuration");
    const Xml* nodes = configuration == nullptr ? nullptr : configuration->child("nodes");
    if (nodes != nullptr) {
        for (const Xml& each : nodes->children) {
            if (each.get("uname") == node) {
                return std::string(each.get("id"));
            }
        }
    }
    return std::string(node);
}

Xml& state_of(Xml& cib, std::string_view node) {
    const std::string id = id_of(cib, node);
    Xml& status = cib.ensure("status");
    const auto found = std::find_if(status.children.begin(), status.children.end(),
                                    [&](const Xml& state) { return state.get("uname") == node; });
    if (found != status.children.end()) {
        return *found;
    }
    return status.add({"node_state", {{"id", id}, {"uname", std::string(node)}}, {}});
}

/// It was a member and is silent now: Pacemaker fences it.
void fails(Xml& state) {
    state.set("in_ccm", "false");
    state.set("crmd", "online");
    state.set("join", "member");
    state.set("expected", "member");
}

/// Nothing is known to run there, and nothing demands that it be fenced.
void is_out_of_sight(Xml& state) {
    state.set("in_ccm", "false");
    state.set("crmd", "offline");
    state.set("join", "down");
    state.set("expected", "down");
    std::erase_if(state.children, [](const Xml& part) {
        return part.name == "lrm" || part.name == "transient_attributes";
    });
}

/// What the mirror agent publishes then.
void is_not_to_be_promoted(Xml& state, const std::string& mirror) {
    const std::string name = "master-" + mirror;
    const std::string id(state.get("id"));
    Xml& attributes = state.ensure("transient_attributes");
    if (!attributes.has("id")) {
        attributes.set("id", id);
    }
    Xml& set = attributes.ensure("instance_attributes");
    if (!set.has("id")) {
        set.set("id", "status-" + id);
    }
    const auto found = std::find_if(set.children.begin(), set.children.end(),
                                    [&](const Xml& pair) { return pair.get("name") == name; });
    if (found != set.children.end()) {
        found->set("value", "-INFINITY");
        return;
    }
    set.add({"nvpair",
             {{"id", "status-" + id + "-" + name}, {"name", name}, {"value", "-INFINITY"}},
             {}});
}

} // namespace

void happen(Xml& cib, const Event& event) {
    for (const FailedMirror& failed : event.failed_mirrors) {
        is_not_to_be_promoted(state_of(cib, failed.node), failed.mirror);
    }
    for (const std::string& node : event.failed_nodes) {
        fails(state_of(cib, node));
    }
    for (const std::string& node : event.lost_nodes) {
        is_out_of_sight(state_of(cib, node));
    }
    if (event.quorum_lost) {
        cib.set("have-quorum", "0");
    }
}

} // namespace twinsite::cluster
