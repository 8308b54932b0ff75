#include <twinsite/base/text.hpp>
#include <twinsite/site/difference.hpp>

#include <fmt/format.h>

#include <map>
#include <unordered_map>

namespace twinsite::site {

std::string_view to_string(ChangeKind kind) {
    switch (kind) {
    case ChangeKind::add:
        return "add";
    case ChangeKind::change:
        return "change";
    case ChangeKind::remove:
        return "remove";
    }
    return "change";
}

namespace {

/// Name and value of every pair and attribute below ELEMENT, for "old -> new".
void flatten(const Xml& element, const std::string& prefix,
             std::map<std::string, std::string>& values) {
    if (element.name == "nvpair") {
        values[prefix + std::string(element.get("name"))] = element.get("value");
        return;
    }
    for (const auto& [key, value] : element.attributes) {
        if (key != "id") {
            values[fmt::format("{}{}", prefix, key)] = value;
        }
    }
    for (const Xml& child : element.children) {
        std::string inner = prefix;
        if (child.name == "op") {
            inner = fmt::format("{}{} ", prefix, child.get("name"));
            if (child.has("role")) {
                inner += fmt::format("{} ", child.get("role"));
            }
        } else if (child.name == "primitive") {
            inner = fmt::format("{}{} ", prefix, child.get("id"));
        } else if (child.name == "obj_ref") {
            inner = fmt::format("{}{} ", prefix, child.get("id"));
            values[inner] = "listed";
        }
        flatten(child, inner, values);
    }
}

std::string describe(const Xml& before, const Xml& after) {
    std::map<std::string, std::string> old_values;
    std::map<std::string, std::string> new_values;
    flatten(before, "", old_values);
    flatten(after, "", new_values);
    std::vector<std::string> parts;
    for (const auto& [key, value] : new_values) {
        const auto old = old_values.find(key);
        if (old == old_values.end()) {
            parts.push_back(fmt::format("{}: {}", key, value));
        } else if (old->second != value) {
            parts.push_back(fmt::format("{}: {} -> {}", key, old->second, value));
        }
    }
    for (const auto& [key, value] : old_values) {
        if (!new_values.contains(key)) {
            parts.push_back(fmt::format("{}: {} -> nothing", key, value));
        }
    }
    return join(parts, ", ");
}

void compare_section(const Xml& before, const Xml& after, std::vector<ConfigChange>& changes) {
    std::unordered_map<std::string_view, const Xml*> old_by_id;
    std::unordered_map<std::string_view, const Xml*> new_by_id;
    for (const Xml& element : before.children) {
        old_by_id.emplace(element.get("id"), &element);
    }
    for (const Xml& element : after.children) {
        new_by_id.emplace(element.get("id"), &element);
    }
    for (const Xml& element : before.children) {
        if (!new_by_id.contains(element.get("id"))) {
            changes.push_back(
                {ChangeKind::remove, before.name, std::string(element.get("id")), {}});
        }
    }
    for (const Xml& element : after.children) {
        const auto old = old_by_id.find(element.get("id"));
        if (old == old_by_id.end()) {
            changes.push_back({ChangeKind::add, after.name, std::string(element.get("id")), {}});
        } else if (*old->second != element) {
            changes.push_back({ChangeKind::change, after.name, std::string(element.get("id")),
                               describe(*old->second, element)});
        }
    }
}

} // namespace

std::vector<ConfigChange> differences(const Xml& before, const Xml& after) {
    std::vector<ConfigChange> changes;
    const Xml nothing;
    const Xml* old_configuration = before.child("configuration");
    const Xml* new_configuration = after.child("configuration");
    const Xml& mine = old_configuration == nullptr ? nothing : *old_configuration;
    const Xml& theirs = new_configuration == nullptr ? nothing : *new_configuration;
    for (const Xml& section : theirs.children) {
        const Xml* old = mine.child(section.name);
        compare_section(old == nullptr ? nothing : *old, section, changes);
    }
    for (const Xml& section : mine.children) {
        if (theirs.child(section.name) == nullptr) {
            compare_section(section, Xml{section.name, {}, {}}, changes);
        }
    }
    return changes;
}

std::string to_text(const ConfigChange& change) {
    const char sign = change.kind == ChangeKind::add      ? '+'
                      : change.kind == ChangeKind::remove ? '-'
                                                          : '~';
    std::string text = fmt::format("{} {} {}", sign, change.section, change.object);
    if (!change.detail.empty()) {
        constexpr std::size_t longest = 200;
        text += fmt::format("  ({})", printable(change.detail, longest));
    }
    return text;
}

} // namespace twinsite::site
