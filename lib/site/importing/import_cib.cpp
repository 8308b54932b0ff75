#include "lib/site/importing/working.hpp"

#include <twinsite/base/text.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <unordered_set>

namespace twinsite::site {

namespace importing {

const Xml& Working::section(std::string_view name) const {
    static const Xml none;
    const Xml* found = configuration.child(name);
    return found == nullptr ? none : *found;
}

Values Working::properties() const {
    return values_of(section("crm_config"), "cluster_property_set");
}

std::string Working::site_of(std::string_view node) const {
    const Node* found = topology.node(node);
    return found == nullptr ? std::string{} : found->site;
}

namespace {

/// What all primitives behind ID have in common; nothing when one has it not.
std::optional<std::size_t> common(const Inventory& inventory, std::string_view id,
                                  const std::unordered_map<std::string, std::size_t>& owner) {
    std::optional<std::size_t> answer;
    for (const std::size_t index : inventory.members(id)) {
        const auto found = owner.find(inventory.items()[index].id);
        if (found == owner.end() || (answer && *answer != found->second)) {
            return std::nullopt;
        }
        answer = found->second;
    }
    return answer;
}

} // namespace

std::optional<std::size_t> Working::lun_behind(std::string_view id) const {
    return common(inventory, id, lun_of);
}

std::optional<std::size_t> Working::vm_behind(std::string_view id) const {
    return common(inventory, id, vm_of);
}

void Working::not_placed(std::string where, std::string problem, std::string remedy) {
    findings.push_back({"import-not-placed", Severity::warning, std::move(where),
                        std::move(problem), std::move(remedy)});
}

void Working::not_known(std::string path, std::string problem, std::string remedy) {
    findings.push_back({"import-not-known", Severity::warning, std::move(path), std::move(problem),
                        std::move(remedy)});
}

void Working::means_less(std::string where, std::string problem, std::string remedy) {
    findings.push_back({"import-means-less", Severity::notice, std::move(where), std::move(problem),
                        std::move(remedy)});
}

} // namespace importing

namespace {

/// Elements whose id is their own; others refer to one.
bool has_own_id(const Xml& element) {
    return element.has("id") && element.name != "obj_ref" && element.name != "resource_ref";
}

Status check_ids(const Xml& element, std::unordered_set<std::string>& seen) {
    const bool needs_one = element.name == "primitive" || element.name == "group" ||
                           element.name == "clone" || element.name == "master" ||
                           element.name.starts_with("rsc_");
    if (needs_one && element.name != "rsc_defaults" && element.get("id").empty()) {
        return fail(
            ErrorKind::invalid_config,
            fmt::format("the CIB has a <{}> without an id; no cluster takes it", element.name));
    }
    if (has_own_id(element) && !seen.insert(std::string(element.get("id"))).second) {
        return fail(ErrorKind::invalid_config,
                    fmt::format("the CIB has the id \"{}\" twice; no cluster takes it",
                                printable(element.get("id"))));
    }
    for (const Xml& child : element.children) {
        if (auto fine = check_ids(child, seen); !fine) {
            return fine;
        }
    }
    return {};
}

Status check_form(const Xml& cib, const Xml* configuration) {
    if (configuration == nullptr || configuration->child("resources") == nullptr ||
        configuration->child("nodes") == nullptr) {
        return fail(ErrorKind::invalid_config,
                    "this CIB has no configuration with nodes and resources; take it with "
                    "\"cibadmin --query\" or \"pcs cluster cib FILE\"");
    }
    const std::string_view schema = cib.get("validate-with");
    const bool known = schema.starts_with("pacemaker-1.") || schema.starts_with("pacemaker-2.") ||
                       schema.starts_with("pacemaker-3.");
    if (!known) {
        return fail(ErrorKind::invalid_config,
                    fmt::format("the CIB's schema \"{}\" is not understood (pacemaker-1.0 to 3.x "
                                "are)",
                                printable(schema)));
    }
    std::unordered_set<std::string> seen;
    for (const Xml& section : configuration->children) {
        if (section.name != "acls") { // there, ids of roles are references too
            if (auto fine = check_ids(section, seen); !fine) {
                return fine;
            }
        }
    }
    return {};
}

} // namespace

Result<Imported> import_cib(const Xml& cib, const ImportSources& sources) {
    const Xml* configuration = cib.child("configuration");
    if (auto fine = check_form(cib, configuration); !fine) {
        return fail(fine.error());
    }
    importing::Working work{*configuration, sources,
                            importing::Inventory(*configuration->child("resources"))};
    importing::import_nodes(work);
    importing::read_corosync_file(work);
    importing::read_drbd_files(work);
    importing::read_constraints(work);
    importing::import_luns(work);
    importing::import_vms(work);
    importing::sort_preferences(work);
    importing::import_homes(work);
    importing::import_power(work);
    importing::import_policy(work);
    importing::report_leftovers(work);
    sort_findings(work.findings);
    return Imported{std::move(work.topology), std::move(work.findings)};
}

} // namespace twinsite::site
