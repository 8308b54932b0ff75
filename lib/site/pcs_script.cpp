#include "lib/site/quoting.hpp"

#include <twinsite/site/shell_forms.hpp>

#include <fmt/format.h>

namespace twinsite::site {

namespace {

std::string pcs_pair(std::string_view name, std::string_view value) {
    return shell_word(fmt::format("{}={}", name, value));
}

std::string pairs(const Xml& element, std::string_view set) {
    return pairs_of(element, set, pcs_pair);
}

std::string operations(const Xml& primitive) {
    std::string text;
    const Xml* list = primitive.child("operations");
    if (list == nullptr) {
        return text;
    }
    for (const Xml& op : list->children) {
        text += fmt::format(" op {}", op.get("name"));
        for (const auto& [key, value] : op.attributes) {
            if (key != "name" && key != "id") {
                text += fmt::format(" {}={}", key, value);
            }
        }
        // pcs would otherwise make up its own from the agent's metadata.
        text += fmt::format(" id={}", op.get("id"));
    }
    return text;
}

std::string agent_of(const Xml& primitive) {
    if (primitive.get("provider").empty()) {
        return fmt::format("{}", primitive.get("type"));
    }
    return fmt::format("{}:{}:{}", primitive.get("class"), primitive.get("provider"),
                       primitive.get("type"));
}

std::string primitive_command(const Xml& primitive, std::string_view more) {
    const bool fence = primitive.get("class") == "stonith";
    const std::string meta = pairs(primitive, "meta_attributes");
    return fmt::format("{} create {} {}{}{}{}{}{} --force\n", fence ? "p stonith" : "p resource",
                       primitive.get("id"), agent_of(primitive),
                       pairs(primitive, "instance_attributes"), operations(primitive),
                       meta.empty() ? "" : " meta", meta,
                       fence ? "" : fmt::format(" --no-default-ops{}", more));
}

std::string utilization(const Xml& element, std::string_view command, std::string_view id) {
    const std::string values = pairs(element, "utilization");
    return values.empty() ? std::string{}
                          : fmt::format("p {} utilization {}{}\n", command, id, values);
}

std::string resource_commands(const Xml& resource) {
    if (resource.name == "primitive") {
        return primitive_command(resource, "") +
               utilization(resource, "resource", resource.get("id"));
    }
    if (resource.name == "clone") {
        return primitive_command(
            resource.children.front(),
            fmt::format(" clone {}{}", resource.get("id"), pairs(resource, "meta_attributes")));
    }
    std::string text;
    for (const Xml& member : resource.children) {
        text += primitive_command(member, fmt::format(" --group {}", resource.get("id")));
    }
    return text;
}

std::string rule_text(const Xml& rule) {
    std::string text;
    for (const auto& [key, value] : rule.attributes) {
        if (key == "role" || key == "score" || key == "id") {
            text += fmt::format(" {}={}", key, value);
        }
    }
    bool first = true;
    for (const Xml& expression : rule.children) {
        if (!first) {
            text += fmt::format(" {}", rule.get("boolean-op"));
        }
        first = false;
        text += fmt::format(" {} {} {}", shell_word(expression.get("attribute")),
                            expression.get("operation"), shell_word(expression.get("value")));
    }
    return text;
}

std::string location_command(const Xml& constraint) {
    const std::string resource(constraint.get("rsc"));
    const Xml* rule = constraint.child("rule");
    if (constraint.child("resource_set") != nullptr ||
        (rule != nullptr && rule->child("rule") != nullptr)) {
        // pcs 0.11 knows no sets in a location, and no minutes in a date-spec.
        return fmt::format("x constraints {}\n", shell_word(to_line(constraint)));
    }
    if (rule != nullptr) {
        return fmt::format("p constraint location {} rule constraint-id={}{}\n", resource,
                           constraint.get("id"), rule_text(*rule));
    }
    return fmt::format("p constraint location add {} {} {} {} --force\n", constraint.get("id"),
                       resource, constraint.get("node"), constraint.get("score"));
}

std::string colocation_command(const Xml& constraint) {
    std::string text = fmt::format(
        "p constraint colocation add {} with {}{} {}", constraint.get("rsc"),
        constraint.has("with-rsc-role") ? fmt::format("{} ", constraint.get("with-rsc-role")) : "",
        constraint.get("with-rsc"), constraint.get("score"));
    for (const char* option : {"node-attribute", "influence"}) {
        if (constraint.has(option)) {
            text += fmt::format(" {}={}", option, constraint.get(option));
        }
    }
    return text + fmt::format(" id={} --force\n", constraint.get("id"));
}

std::string order_command(const Xml& constraint) {
    const auto action = [&](const char* key) {
        return constraint.has(key) ? fmt::format("{} ", constraint.get(key)) : std::string{};
    };
    std::string text =
        fmt::format("p constraint order {}{} then {}{} kind={}", action("first-action"),
                    constraint.get("first"), action("then-action"), constraint.get("then"),
                    constraint.get("kind"));
    if (constraint.has("symmetrical")) {
        text += fmt::format(" symmetrical={}", constraint.get("symmetrical"));
    }
    return text + fmt::format(" id={}\n", constraint.get("id"));
}

} // namespace

std::string render_pcs(const Xml& cib) {
    const Xml& configuration = *cib.child("configuration");
    std::string text =
        "#!/bin/bash\n# Written by twinsite render --format pcs.\n"
        "# Usage: bash FILE [CIB-FILE]\nset -e\n"
        "p() { if [ -n \"${cib:-}\" ]; then pcs -f \"$cib\" \"$@\"; else pcs \"$@\"; "
        "fi; }\n"
        "x() { if [ -n \"${cib:-}\" ]; then CIB_file=$cib cibadmin -M -c -o \"$1\" -X \"$2\"; "
        "else cibadmin -M -c -o \"$1\" -X \"$2\"; fi; }\ncib=${1:-}\n";
    for (const Xml& set : configuration.child("crm_config")->children) {
        text += "p property set";
        for (const Xml& pair : set.children) {
            text += " " + pcs_pair(pair.get("name"), pair.get("value"));
        }
        text += " --force\n";
    }
    for (const Xml& node : configuration.child("nodes")->children) {
        text += fmt::format("p node attribute {}{}\n", node.get("uname"),
                            pairs(node, "instance_attributes"));
        text += utilization(node, "node", node.get("uname"));
    }
    for (const Xml& resource : configuration.child("resources")->children) {
        text += resource_commands(resource);
    }
    for (const Xml& constraint : configuration.child("constraints")->children) {
        if (constraint.name == "rsc_location") {
            text += location_command(constraint);
        } else if (constraint.name == "rsc_colocation") {
            text += colocation_command(constraint);
        } else {
            text += order_command(constraint);
        }
    }
    if (const Xml* levels = configuration.child("fencing-topology")) {
        // pcs gives levels ids of its own, and by its id apply knows a level as twinsite's.
        text += fmt::format("x configuration {}\n", shell_word(to_line(*levels)));
    }
    if (const Xml* tags = configuration.child("tags")) {
        for (const Xml& tag : tags->children) {
            text += fmt::format("p tag create {}", tag.get("id"));
            for (const Xml& reference : tag.children) {
                text += fmt::format(" {}", reference.get("id"));
            }
            text += "\n";
        }
    }
    return text;
}

} // namespace twinsite::site
