#include <twinsite/base/choice.hpp>
#include <twinsite/base/text.hpp>
#include <twinsite/site/what_if.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace twinsite::site {

namespace {

Status add_event(const Topology& topology, const std::string& event, Failure& failure) {
    if (event == "link") {
        failure.link = true;
        return {};
    }
    const auto colon = event.find(':');
    const std::string kind = event.substr(0, colon);
    const std::string name = colon == std::string::npos ? "" : event.substr(colon + 1);
    std::vector<std::string> known;
    if (kind == "site") {
        known = topology.sites;
    } else if (kind == "node" || kind == "storage") {
        for (const Node& node : topology.nodes) {
            if (kind == "node" || node.storage) {
                known.push_back(node.name);
            }
        }
    } else {
        return fail(ErrorKind::invalid_config,
                    fmt::format("\"{}\" is no failure; use node:NAME, site:NAME, storage:NAME or "
                                "link",
                                printable(event)));
    }
    if (std::find(known.begin(), known.end(), name) == known.end()) {
        return fail(ErrorKind::invalid_config, no_such(kind, name, known));
    }
    auto& set = kind == "site" ? failure.sites : (kind == "node" ? failure.nodes : failure.storage);
    set.insert(name);
    return {};
}

} // namespace

Result<Failure> parse_failure(const Topology& topology, std::span<const std::string> events) {
    Failure failure;
    for (const std::string& event : events) {
        if (const auto added = add_event(topology, event, failure); !added) {
            return fail(added.error());
        }
    }
    return failure;
}

std::string_view to_string(LunFate fate) {
    switch (fate) {
    case LunFate::stays:
        return "stays";
    case LunFate::moves:
        return "moves";
    case LunFate::down:
        return "down";
    case LunFate::stands:
        return "stands";
    }
    return "down";
}

std::string_view to_string(VmFate fate) {
    switch (fate) {
    case VmFate::stays:
        return "stays";
    case VmFate::migrates:
        return "migrates";
    case VmFate::restarts:
        return "restarts";
    case VmFate::waits:
        return "waits";
    case VmFate::stops:
        return "stops";
    }
    return "stops";
}

} // namespace twinsite::site
