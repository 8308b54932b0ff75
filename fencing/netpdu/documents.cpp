#include "documents.hpp"

#include "options.hpp"

#include <twinsite/base/markup.hpp>
#include <twinsite/base/text.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace twinsite::fencing {

namespace {

constexpr const char* shortdesc = "Fence agent for networked power outlets (PDUs)";
constexpr const char* longdesc =
    "fence_netpdu switches the power outlets of a node through a networked power distribution "
    "unit (PDU). Success means that every outlet of the node was read back from the device as "
    "wanted, all at the same time: an outlet that is pending, in error, unreadable or unknown is "
    "never taken for off. A node with two power supplies on one PDU names both outlets "
    "(plug=1,2, or pcmk_host_map=\"node1:1,2\"); with two PDUs it needs two fence devices in one "
    "fencing level. Families of PDUs are model files; the family is found by asking the device "
    "unless model names one.";

std::string dashed(std::string name) {
    std::replace(name.begin(), name.end(), '_', '-');
    return name;
}

/// "-a, --ip=[ip]"
std::string command_line_form(const Option& option) {
    std::string form = option.letter == 0 ? "" : fmt::format("-{}, ", option.letter);
    form += "--" + dashed(option.name);
    if (!option.argument.empty()) {
        form += fmt::format("=[{}]", option.argument);
    }
    return form;
}

std::string_view type_name(Type type) {
    switch (type) {
    case Type::string:
        return "string";
    case Type::boolean:
        return "boolean";
    case Type::integer:
        return "integer";
    case Type::second:
        return "second";
    case Type::select:
        return "select";
    }
    return "string";
}

void add_parameter(std::string& xml, const Option& option, const std::string& name,
                   std::string_view relation) {
    const auto out = std::back_inserter(xml);
    fmt::format_to(out,
                   "\t<parameter name=\"{}\" unique=\"0\" required=\"{}\"{}>\n"
                   "\t\t<getopt mixed=\"{}\" />\n"
                   "\t\t<content type=\"{}\"",
                   name, option.required ? 1 : 0, relation,
                   escape_markup(command_line_form(option)), type_name(option.type));
    if (!option.default_value.empty()) {
        fmt::format_to(out, " default=\"{}\"", escape_markup(option.default_value));
    }
    if (option.choices.empty()) {
        xml += " />\n";
    } else {
        xml += ">\n";
        for (const std::string& choice : option.choices) {
            fmt::format_to(out, "\t\t\t<option value=\"{}\" />\n", escape_markup(choice));
        }
        xml += "\t\t</content>\n";
    }
    fmt::format_to(out, "\t\t<shortdesc lang=\"en\">{}</shortdesc>\n\t</parameter>\n",
                   escape_markup(option.shortdesc));
}

std::string value_text(const Option& option) {
    std::string text;
    if (!option.choices.empty()) {
        text += fmt::format(" One of {}.", join(option.choices, ", "));
    }
    if (!option.default_value.empty()) {
        text += fmt::format(" Default: {}.", option.default_value);
    }
    return text;
}

/// A text for man(7): no line starts with a control character, and no '-' becomes a hyphen.
std::string roff(std::string_view text) {
    std::string safe;
    for (const char c : text) {
        if (c == '\\') {
            safe += "\\e";
        } else if (c == '-') {
            safe += "\\-";
        } else {
            safe += c;
        }
    }
    return safe.starts_with('.') || safe.starts_with('\'') ? "\\&" + safe : safe;
}

} // namespace

std::string metadata() {
    std::string xml = fmt::format(
        "<?xml version=\"1.0\" ?>\n<resource-agent name=\"fence_netpdu\" shortdesc=\"{}\">\n"
        "<longdesc>{}</longdesc>\n"
        "<vendor-url></vendor-url>\n<parameters>\n",
        escape_markup(shortdesc), escape_markup(longdesc));
    for (const Option& option : options()) {
        if (option.old_name.empty()) {
            add_parameter(xml, option, option.name, "");
            continue;
        }
        add_parameter(xml, option, option.name, fmt::format(" obsoletes=\"{}\"", option.old_name));
        add_parameter(xml, option, option.old_name, " deprecated=\"1\"");
    }
    xml += "</parameters>\n<actions>\n";
    for (const Action& action : actions()) {
        fmt::format_to(std::back_inserter(xml), "\t<action name=\"{}\"{} />\n", action.name,
                       action.name == "on" ? " automatic=\"0\"" : "");
    }
    return xml + "</actions>\n</resource-agent>\n";
}

std::string manual() {
    std::string page = fmt::format(
        ".TH FENCE_NETPDU 8 \"\" \"twinsite {}\" \"Fence agents\"\n"
        ".SH NAME\nfence_netpdu \\- {}\n"
        ".SH SYNOPSIS\n.B fence_netpdu\n[options]\n.PP\n"
        "Without arguments the options are read from standard input, one \"name=value\" a line.\n"
        ".SH DESCRIPTION\n{}\n.SH ACTIONS\n",
        TWINSITE_VERSION, roff(shortdesc), roff(longdesc));
    const auto out = std::back_inserter(page);
    for (const Action& action : actions()) {
        fmt::format_to(out, ".TP\n.B {}\n{}\n", roff(action.name), roff(action.description));
    }
    page += ".SH OPTIONS\n";
    for (const Option& option : options()) {
        fmt::format_to(out, ".TP\n.B {}\n{}.{}\n(on standard input: {}{})\n",
                       roff(command_line_form(option)), roff(option.shortdesc),
                       roff(value_text(option)), roff(option.name),
                       option.old_name.empty() ? "" : roff(", or the old name " + option.old_name));
    }
    page += ".SH EXIT STATUS\n"
            "0 is success; for status it means on. 2 is off, for status only. "
            "Everything else is an error, and says nothing about the outlets.\n"
            ".SH SEE ALSO\npcs(8), stonith_admin(8)\n";
    return page;
}

std::string usage() {
    std::string text = "Usage:\n\tfence_netpdu [options]\nOptions:\n";
    for (const Option& option : options()) {
        fmt::format_to(std::back_inserter(text), "   {:<36} {}{}\n", command_line_form(option),
                       option.shortdesc, value_text(option));
    }
    return text;
}

} // namespace twinsite::fencing
