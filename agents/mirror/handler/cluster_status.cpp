#include "agents/mirror/handler/cluster_status.hpp"

#include "agents/mirror/promotion_ban.hpp"

#include <twinsite/base/handle.hpp>
#include <twinsite/base/text.hpp>
#include <twinsite/mirror/accepted_loss.hpp>

#include <fmt/format.h>
#include <libxml/parser.h>
#include <libxml/tree.h>
#include <time.h>

#include <algorithm>
#include <ctime>

namespace twinsite::mirror {

namespace {

using Document = CHandle<xmlDoc, xmlFreeDoc>;

std::string_view view(const xmlChar* text) {
    return text == nullptr ? "" : reinterpret_cast<const char*>(text);
}

bool is(const xmlNode* node, std::string_view name) {
    return node->type == XML_ELEMENT_NODE && view(node->name) == name;
}

std::string attribute(const xmlNode* node, const char* name) {
    for (const xmlAttr* each = node->properties; each != nullptr; each = each->next) {
        if (view(each->name) == name && each->children != nullptr) {
            return std::string(view(each->children->content));
        }
    }
    return {};
}

/// "2026-11-23 15:09:36Z", with an offset like "+01:00" for the Z, or without (local time).
std::int64_t unix_time(const std::string& text) {
    std::tm broken{};
    const char* rest = ::strptime(text.c_str(), "%Y-%m-%d %H:%M:%S", &broken);
    if (rest == nullptr) {
        return 0;
    }
    const std::string_view zone(rest);
    if (zone.empty()) {
        broken.tm_isdst = -1;
        return std::mktime(&broken);
    }
    std::int64_t offset = 0;
    const auto digits = split(zone, " :+-Z");
    if (!digits.empty()) {
        const auto hours = parse_integer(digits[0].substr(0, 2), 0, 23);
        const auto minutes =
            parse_integer(digits.size() > 1 ? digits[1] : digits[0].substr(2), 0, 59);
        offset = hours.value_or(0) * 3600 + minutes.value_or(0) * 60;
    }
    return ::timegm(&broken) - (zone.find('-') != std::string_view::npos ? -offset : offset);
}

void take_fencing(ClusterView& seen, const xmlNode* event, const ClusterNames& names) {
    const std::string action = attribute(event, "action");
    if (attribute(event, "target") == names.peer && attribute(event, "status") == "success" &&
        (action == "off" || action == "reboot")) {
        seen.peer_fenced_at =
            std::max(seen.peer_fenced_at, unix_time(attribute(event, "completed")));
    }
}

/// <node_attributes><node name="n1"><attribute name="..." value="..."/>
void take_attribute(ClusterView& seen, const xmlNode* element, const ClusterNames& names) {
    if (is(element->parent, "node") && attribute(element->parent, "name") == names.own_node &&
        attribute(element, "name") == accept_loss_attribute(names.resource)) {
        seen.accepted_loss = attribute(element, "value");
    }
}

/// Every element below NODE, parents first. NESTED: its enclosing clone's id.
template <typename Visit>
void walk(const xmlNode* node, const std::string& clone, Visit visit) {
    for (const xmlNode* child = node->children; child != nullptr; child = child->next) {
        if (child->type != XML_ELEMENT_NODE) {
            continue;
        }
        visit(child, clone);
        walk(child, is(child, "clone") ? attribute(child, "id") : clone, visit);
    }
}

void take_node(ClusterView& seen, const xmlNode* node, const ClusterNames& names) {
    if (attribute(node, "name") != names.peer || attribute(node, "online").empty()) {
        return;
    }
    if (attribute(node, "unclean") == "true") {
        seen.node = PeerNode::unclean;
    } else if (attribute(node, "online") == "true") {
        seen.node = PeerNode::online;
    } else if (attribute(node, "online") == "false" && attribute(node, "unclean") == "false") {
        seen.node = PeerNode::down;
    }
}

void take_replica(ClusterView& seen, const xmlNode* resource, const std::string& clone,
                  const ClusterNames& names) {
    const std::string id = attribute(resource, "id");
    if (id.substr(0, id.find(':')) != names.mirror) {
        return;
    }
    seen.clone = clone;
    for (const xmlNode* node = resource->children; node != nullptr; node = node->next) {
        if (is(node, "node") && attribute(node, "name") == names.peer) {
            const std::string role = attribute(resource, "role");
            seen.replica = role == "Promoted" || role == "Master"    ? PeerReplica::promoted
                           : role == "Unpromoted" || role == "Slave" ? PeerReplica::unpromoted
                                                                     : PeerReplica::stopped;
        }
    }
}

} // namespace

Result<ClusterView> parse_cluster_status(const std::string& xml, const ClusterNames& names) {
    const Document document(
        xmlReadMemory(xml.data(), static_cast<int>(xml.size()), "crm_mon.xml", nullptr,
                      XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING));
    const xmlNode* root = document ? xmlDocGetRootElement(document.get()) : nullptr;
    if (root == nullptr || !(is(root, "pacemaker-result") || is(root, "crm_mon"))) {
        return fail(ErrorKind::protocol, "crm_mon answered something that is no cluster status");
    }
    ClusterView seen;
    walk(root, "", [&](const xmlNode* node, const std::string& clone) {
        if (is(node, "current_dc")) {
            seen.quorum = attribute(node, "with_quorum") == "true";
        } else if (is(node, "node")) {
            take_node(seen, node, names);
        } else if (is(node, "resource")) {
            take_replica(seen, node, clone, names);
        } else if (is(node, "fence_event")) {
            take_fencing(seen, node, names);
        } else if (is(node, "attribute")) {
            take_attribute(seen, node, names);
        } else if (is(node, "ban") && attribute(node, "id") == ban_id(names.resource)) {
            seen.banned_node = attribute(node, "node");
        }
    });
    return seen;
}

} // namespace twinsite::mirror
