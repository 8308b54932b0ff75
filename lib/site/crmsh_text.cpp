#include "lib/site/quoting.hpp"

#include <twinsite/site/shell_forms.hpp>

#include <fmt/format.h>

#include <map>
#include <vector>

namespace twinsite::site {

namespace {

std::string crmsh_pair(std::string_view name, std::string_view value) {
    return fmt::format("{}={}", name, crmsh_word(value));
}

/// " KEYWORD a=1 b=2", or nothing.
std::string section(const Xml& element, std::string_view set, std::string_view keyword) {
    const std::string values = pairs_of(element, set, crmsh_pair);
    return values.empty() ? std::string{} : fmt::format(" {}{}", keyword, values);
}

std::string primitive_text(const Xml& primitive) {
    std::string agent(primitive.get("class"));
    if (!primitive.get("provider").empty()) {
        agent += fmt::format(":{}", primitive.get("provider"));
    }
    std::string text =
        fmt::format("primitive {} {}:{}{}{}{}", primitive.get("id"), agent, primitive.get("type"),
                    section(primitive, "instance_attributes", "params"),
                    section(primitive, "meta_attributes", "meta"),
                    section(primitive, "utilization", "utilization"));
    if (const Xml* list = primitive.child("operations")) {
        for (const Xml& op : list->children) {
            text += fmt::format(" op {}", op.get("name"));
            for (const auto& [key, value] : op.attributes) {
                if (key != "name" && key != "id") {
                    text += fmt::format(" {}={}", key, value);
                }
            }
        }
    }
    return text + "\n";
}

std::string resource_text(const Xml& resource) {
    if (resource.name == "primitive") {
        return primitive_text(resource);
    }
    std::string text;
    std::string members;
    for (const Xml& child : resource.children) {
        if (child.name == "primitive") {
            text += primitive_text(child);
            members += fmt::format(" {}", child.get("id"));
        }
    }
    return text + fmt::format("{} {}{}{}\n", resource.name, resource.get("id"), members,
                              section(resource, "meta_attributes", "meta"));
}

std::string location_text(const Xml& constraint) {
    const std::string resource(constraint.get("rsc"));
    const auto score = [](std::string_view text) {
        return text == "-INFINITY" ? std::string("-inf") : std::string(text);
    };
    const Xml* rule = constraint.child("rule");
    if (rule == nullptr) {
        return fmt::format("location {} {} {}: {}\n", constraint.get("id"), resource,
                           score(constraint.get("score")), constraint.get("node"));
    }
    std::string text = fmt::format("location {} {} rule", constraint.get("id"), resource);
    if (rule->has("role")) {
        text += fmt::format(" $role={}", rule->get("role"));
    }
    text += fmt::format(" {}:", score(rule->get("score")));
    bool first = true;
    for (const Xml& expression : rule->children) {
        text += fmt::format("{} {} {} {}", first ? "" : fmt::format(" {}", rule->get("boolean-op")),
                            expression.get("attribute"), expression.get("operation"),
                            crmsh_word(expression.get("value")));
        first = false;
    }
    return text + "\n";
}

std::string colocation_text(const Xml& constraint) {
    std::string text = fmt::format(
        "colocation {} {}: {} {}{}", constraint.get("id"),
        constraint.get("score") == "INFINITY" ? "inf" : constraint.get("score"),
        constraint.get("rsc"), constraint.get("with-rsc"),
        constraint.has("with-rsc-role") ? fmt::format(":{}", constraint.get("with-rsc-role")) : "");
    if (constraint.has("node-attribute")) {
        text += fmt::format(" node-attribute={}", constraint.get("node-attribute"));
    }
    return text + "\n";
}

std::string order_text(const Xml& constraint) {
    const auto end = [&](const char* id, const char* action) {
        return constraint.has(action)
                   ? fmt::format("{}:{}", constraint.get(id), constraint.get(action))
                   : std::string(constraint.get(id));
    };
    std::string text =
        fmt::format("order {} {}: {} {}", constraint.get("id"), constraint.get("kind"),
                    end("first", "first-action"), end("then", "then-action"));
    if (constraint.has("symmetrical")) {
        text += fmt::format(" symmetrical={}", constraint.get("symmetrical"));
    }
    return text + "\n";
}

/// crmsh has no word for "influence", no parentheses in rules, and makes up the ids of sets: these
/// are written as XML.
std::string constraint_text(const Xml& constraint) {
    const Xml* rule = constraint.child("rule");
    if (constraint.has("influence") || constraint.child("resource_set") != nullptr ||
        (rule != nullptr && rule->child("rule") != nullptr)) {
        return fmt::format("xml {}\n", to_line(constraint));
    }
    if (constraint.name == "rsc_location") {
        return location_text(constraint);
    }
    return constraint.name == "rsc_colocation" ? colocation_text(constraint)
                                               : order_text(constraint);
}

} // namespace

std::string render_crmsh(const Xml& cib) {
    const Xml& configuration = *cib.child("configuration");
    std::string text; // no comment: crmsh would put it into the CIB
    for (const Xml& node : configuration.child("nodes")->children) {
        text += fmt::format("node {}: {}{}{}\n", node.get("id"), node.get("uname"),
                            section(node, "instance_attributes", "attributes"),
                            section(node, "utilization", "utilization"));
    }
    for (const Xml& resource : configuration.child("resources")->children) {
        text += resource_text(resource);
    }
    for (const Xml& constraint : configuration.child("constraints")->children) {
        text += constraint_text(constraint);
    }
    if (const Xml* levels = configuration.child("fencing-topology")) {
        // crmsh gives levels ids of its own, and by its id apply knows a level as twinsite's.
        text += fmt::format("xml {}\n", to_line(*levels));
    }
    for (const Xml& set : configuration.child("crm_config")->children) {
        text += fmt::format("property {}:", set.get("id"));
        for (const Xml& pair : set.children) {
            text += " " + crmsh_pair(pair.get("name"), pair.get("value"));
        }
        text += "\n";
    }
    if (const Xml* tags = configuration.child("tags")) {
        for (const Xml& tag : tags->children) {
            text += fmt::format("tag {}:", tag.get("id"));
            for (const Xml& reference : tag.children) {
                text += fmt::format(" {}", reference.get("id"));
            }
            text += "\n";
        }
    }
    return text;
}

} // namespace twinsite::site
