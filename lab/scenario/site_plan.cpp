#include "lab/scenario/site_plan.hpp"

#include <twinsite/base/file.hpp>
#include <twinsite/base/text.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace twinsite::lab {

namespace {

using Json = nlohmann::ordered_json;

bool has_role(const Json& node, const char* role) {
    const auto& roles = node.at("roles");
    return std::find(roles.begin(), roles.end(), role) != roles.end();
}

SitePlan plan_from(const Json& topology) {
    SitePlan plan;
    for (const auto& [name, node] : topology.at("nodes").items()) {
        plan.node_names.push_back(name);
        plan.nodes[name] = {node.at("site"), has_role(node, "storage"), has_role(node, "compute")};
    }
    for (const auto& [name, lun] : topology.at("luns").items()) {
        const std::string device = lun.at("mirror").at("device");
        const auto digits = device.find_last_not_of("0123456789") + 1;
        SitePlan::Lun entry{lun.at("home"), 0, {}, false};
        entry.minor = static_cast<unsigned>(
            parse_integer(std::string_view(device).substr(digits), 0, 1048575).value_or(0));
        for (const auto& [node, disk] : lun.at("mirror").at("nodes").items()) {
            entry.replicas.push_back(node);
        }
        entry.converged = !lun.contains("target");
        plan.luns[name] = std::move(entry);
    }
    for (const auto& [name, guest] : topology.at("vms").items()) {
        plan.guests[name] = {guest.at("home"), guest.at("luns").at(0)};
    }
    return plan;
}

} // namespace

std::string SitePlan::site_of(const std::string& node) const {
    const auto found = nodes.find(node);
    return found == nodes.end() ? std::string() : found->second.site;
}

std::vector<std::string> SitePlan::guest_names() const {
    std::vector<std::string> names;
    for (const auto& [name, guest] : guests) {
        names.push_back(name);
    }
    return names;
}

std::string SitePlan::home_replica(const std::string& lun) const {
    const Lun& entry = luns.at(lun);
    for (const std::string& node : entry.replicas) {
        if (site_of(node) == entry.home) {
            return node;
        }
    }
    return {};
}

Result<SitePlan> read_site_plan(const std::filesystem::path& topology) {
    const auto text = read_file(topology);
    if (!text) {
        return fail(text.error());
    }
    try {
        return plan_from(Json::parse(*text, nullptr, true, true));
    } catch (const Json::exception& broken) {
        return fail(ErrorKind::invalid_config,
                    fmt::format("{}: {}", topology.string(), broken.what()));
    }
}

} // namespace twinsite::lab
