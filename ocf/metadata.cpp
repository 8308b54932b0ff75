#include "ocf/description.hpp"

#include <twinsite/base/markup.hpp>
#include <twinsite/base/text.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace twinsite::ocf {

namespace {

std::string_view type_name(Type type) {
    switch (type) {
    case Type::string:
    case Type::select: // the DTD that ocf-tester validates against knows no select
        return "string";
    case Type::integer:
        return "integer";
    case Type::boolean:
        return "boolean";
    }
    return "string";
}

std::string long_text(const Parameter& parameter) {
    std::string text = parameter.longdesc.empty() ? parameter.shortdesc : parameter.longdesc;
    if (parameter.type == Type::select) {
        text += fmt::format("\nOne of: {}.", join(parameter.options, ", "));
    }
    return text;
}

void add_content(std::string& xml, const Parameter& parameter) {
    fmt::format_to(std::back_inserter(xml), "<content type=\"{}\"", type_name(parameter.type));
    if (!parameter.default_value.empty()) {
        fmt::format_to(std::back_inserter(xml), " default=\"{}\"",
                       escape_markup(parameter.default_value));
    }
    xml += "/>\n";
}

void add_parameter(std::string& xml, const Parameter& parameter) {
    fmt::format_to(std::back_inserter(xml), "<parameter name=\"{}\" unique=\"{}\" required=\"{}\"",
                   parameter.name, parameter.unique_group.empty() ? 0 : 1,
                   parameter.required ? 1 : 0);
    if (!parameter.unique_group.empty()) {
        fmt::format_to(std::back_inserter(xml), " unique-group=\"{}\"", parameter.unique_group);
    }
    if (parameter.reloadable) {
        xml += " reloadable=\"1\"";
    }
    fmt::format_to(
        std::back_inserter(xml),
        ">\n<longdesc lang=\"en\">\n{}\n</longdesc>\n<shortdesc lang=\"en\">{}</shortdesc>\n",
        escape_markup(long_text(parameter)), escape_markup(parameter.shortdesc));
    add_content(xml, parameter);
    xml += "</parameter>\n";
}

void add_action(std::string& xml, const ActionSpec& action) {
    fmt::format_to(std::back_inserter(xml), "<action name=\"{}\" timeout=\"{}s\"", action.name,
                   action.timeout);
    if (action.interval != 0) {
        fmt::format_to(std::back_inserter(xml), " interval=\"{}s\"", action.interval);
    }
    if (action.name == "monitor") {
        fmt::format_to(std::back_inserter(xml), " depth=\"{}\"", action.depth);
    }
    if (!action.role.empty()) {
        fmt::format_to(std::back_inserter(xml), " role=\"{}\"", action.role);
    }
    xml += "/>\n";
}

} // namespace

const Parameter* Description::find(std::string_view parameter) const {
    const auto found =
        std::find_if(parameters.begin(), parameters.end(),
                     [&](const Parameter& candidate) { return candidate.name == parameter; });
    return found == parameters.end() ? nullptr : &*found;
}

std::string metadata(const Description& description) {
    // The DTD is older than OCF 1.1; the declarations make ocf-tester accept 1.1's attributes.
    std::string xml =
        fmt::format(R"(<?xml version="1.0"?>
<!DOCTYPE resource-agent SYSTEM "ra-api-1.dtd" [
<!ATTLIST parameter unique-group CDATA #IMPLIED reloadable (0|1) "0">
<!ATTLIST action name NMTOKEN #REQUIRED>
]>
<resource-agent name="{}" version="{}">
<version>1.1</version>
<longdesc lang="en">
{}
</longdesc>
<shortdesc lang="en">{}</shortdesc>
<parameters>
)",
                    description.name, TWINSITE_VERSION, escape_markup(description.longdesc),
                    escape_markup(description.shortdesc));
    for (const Parameter& parameter : description.parameters) {
        add_parameter(xml, parameter);
    }
    xml += "</parameters>\n<actions>\n";
    for (const ActionSpec& action : description.actions) {
        add_action(xml, action);
    }
    add_action(xml, ActionSpec{.name = "meta-data", .timeout = 5});
    xml += "</actions>\n</resource-agent>\n";
    return xml;
}

} // namespace twinsite::ocf
