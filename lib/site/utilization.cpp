#include "lib/site/importing/inventory.hpp"

#include <twinsite/base/text.hpp>
#include <twinsite/site/utilization.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <map>

namespace twinsite::site {

namespace {

using importing::Inventory;
using importing::Item;
using importing::values_of;
using Amounts = std::map<std::string, std::int64_t, std::less<>>;

const Xml& section(const Xml& configuration, std::string_view name) {
    static const Xml none;
    const Xml* found = configuration.child(name);
    return found == nullptr ? none : *found;
}

std::int64_t amount(std::string_view text) {
    return parse_integer(text, 0, INT64_MAX).value_or(0);
}

bool is_counted(const Xml& configuration) {
    const auto properties = values_of(section(configuration, "crm_config"), "cluster_property_set");
    const auto strategy = properties.find("placement-strategy");
    return strategy != properties.end() && !strategy->second.empty() &&
           strategy->second != "default";
}

/// The most that any node offers, by name.
Amounts offered(const Xml& configuration) {
    Amounts most;
    for (const Xml& node : section(configuration, "nodes").children) {
        for (const auto& [name, value] : values_of(node, "utilization")) {
            most[name] = std::max(most[name], amount(value));
        }
    }
    return most;
}

Amounts needed(const Item& item) {
    Amounts needs;
    for (const auto& [name, value] : item.utilization) {
        needs[name] = amount(value);
    }
    if (item.kind == "ocf:heartbeat:VirtualDomain") {
        for (const char* name : {"cpu", "host_memory", "hv_memory"}) {
            const std::string told = item.parameter(fmt::format("autoset_utilization_{}", name));
            if (told.empty() || parse_boolean(told).value_or(true)) {
                needs[name] = std::max<std::int64_t>(needs[name], 1);
            }
        }
    }
    return needs;
}

} // namespace

std::vector<Unoffered> unoffered_utilization(const Xml& configuration) {
    std::vector<Unoffered> found;
    if (!is_counted(configuration)) {
        return found;
    }
    const Amounts most = offered(configuration);
    const Inventory inventory(section(configuration, "resources"));
    for (const Item& item : inventory.items()) {
        Unoffered unoffered{.resource = item.id};
        for (const auto& [name, value] : needed(item)) {
            const auto there = most.find(name);
            if (value > (there == most.end() ? 0 : there->second)) {
                unoffered.names.push_back(name);
            }
        }
        if (!unoffered.names.empty()) {
            found.push_back(std::move(unoffered));
        }
    }
    return found;
}

std::string remedy_for(const Unoffered& unoffered) {
    std::vector<std::string> parameters;
    for (const std::string& name : unoffered.names) {
        parameters.push_back(fmt::format("autoset_utilization_{}=false", name));
    }
    const std::string id = printable(unoffered.resource);
    return fmt::format("Remove them (\"crm_resource --resource {} --utilization --delete-parameter "
                       "{}\", the same for each); VirtualDomain sets them again unless it is told "
                       "not to: \"pcs resource update {} {}\".",
                       id, printable(unoffered.names.front()), id,
                       printable(join(parameters, " "), 200));
}

std::string to_text(const Unoffered& unoffered) {
    return fmt::format("{}: its utilization {} is more than any node offers; Pacemaker stops it, "
                       "and starts it nowhere",
                       printable(unoffered.resource), printable(join(unoffered.names, ", "), 200));
}

std::vector<Unoffered> newly_unoffered(const Xml& before, const Xml& after) {
    const Xml* then = after.child("configuration");
    const Xml* now = before.child("configuration");
    if (then == nullptr || now == nullptr) {
        return {};
    }
    const auto already = unoffered_utilization(*now);
    auto found = unoffered_utilization(*then);
    std::erase_if(found, [&](const Unoffered& each) {
        return std::any_of(already.begin(), already.end(),
                           [&](const Unoffered& other) { return other.resource == each.resource; });
    });
    return found;
}

} // namespace twinsite::site
