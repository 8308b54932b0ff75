#include "lib/site/check_constraints.hpp"
#include "lib/site/constraint_words.hpp"
#include "lib/site/fence_devices.hpp"
#include "lib/site/isolation_options.hpp"

#include <twinsite/base/text.hpp>
#include <twinsite/site/check_live.hpp>
#include <twinsite/site/names.hpp>
#include <twinsite/site/utilization.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

namespace twinsite::site {

namespace {

const Xml empty_section;

const Xml& section(const Xml& cib, std::string_view name) {
    const Xml* configuration = cib.child("configuration");
    const Xml* found = configuration == nullptr ? nullptr : configuration->child(name);
    return found == nullptr ? empty_section : *found;
}

std::string value_of(const Xml& element, std::string_view set_name, std::string_view name) {
    for (const Xml& set : element.children) {
        if (set.name != set_name) {
            continue;
        }
        for (const Xml& pair : set.children) {
            if (pair.get("name") == name) {
                return std::string(pair.get("value"));
            }
        }
    }
    return {};
}

void check_stickiness(const Topology& topology, const Xml& cib, std::vector<Finding>& findings) {
    if (topology.policy.failback != Failback::automatic) {
        return;
    }
    const Xml& defaults = section(cib, "rsc_defaults");
    const std::int64_t fallback =
        score_of(value_of(defaults, "meta_attributes", "resource-stickiness")).value_or(0);
    const auto stickiness = [&](const Xml& resource) {
        const std::string own = value_of(resource, "meta_attributes", "resource-stickiness");
        return own.empty() ? fallback : score_of(own).value_or(0);
    };
    std::unordered_map<std::string_view, const Xml*> by_id;
    for (const Xml& resource : section(cib, "resources").children) {
        by_id.emplace(resource.get("id"), &resource);
    }
    const auto complain = [&](const std::string& id, std::int64_t sum, std::int64_t home) {
        findings.push_back({"stickiness-defeats-failback", Severity::warning, id,
                            fmt::format("{} clings to where it is with {}, its home draws it with "
                                        "{}: it does not return by itself",
                                        id, sum, home),
                            "Run \"twinsite apply\", or choose \"failback\": \"manual\"."});
    };
    constexpr std::int64_t lun_home = 200;
    constexpr std::int64_t vm_home = 100;
    for (const Lun& lun : topology.luns) {
        if (lun.converged()) {
            continue;
        }
        const std::string id = lun_group_id(lun.name);
        const auto group = by_id.find(id);
        if (group == by_id.end()) {
            continue;
        }
        std::int64_t sum = 0;
        const std::string on_group =
            value_of(*group->second, "meta_attributes", "resource-stickiness");
        for (const Xml& member : group->second->children) {
            if (member.name == "primitive") {
                const bool own =
                    !value_of(member, "meta_attributes", "resource-stickiness").empty();
                sum +=
                    own || on_group.empty() ? stickiness(member) : score_of(on_group).value_or(0);
            }
        }
        if (sum >= lun_home) {
            complain(id, sum, lun_home);
        }
    }
    for (const Vm& vm : topology.vms) {
        const auto found = by_id.find(vm_id(vm.name));
        if (found != by_id.end() && stickiness(*found->second) >= vm_home) {
            complain(vm_id(vm.name), stickiness(*found->second), vm_home);
        }
    }
}

void check_properties(const Topology& topology, const Xml& cib, std::vector<Finding>& findings) {
    const Xml& config = section(cib, "crm_config");
    const auto property = [&](std::string_view name) {
        return value_of(config, "cluster_property_set", name);
    };
    const std::string fencing = property("stonith-enabled");
    if (!fencing.empty() && !parse_boolean(fencing).value_or(true)) {
        findings.push_back({"fencing-disabled", Severity::error, "stonith-enabled",
                            "fencing is switched off: what runs on a lost node may run twice, or "
                            "not at all",
                            "Run \"pcs property set stonith-enabled=true\"."});
    }
    check_isolation(topology,
                    {.no_quorum_policy = property("no-quorum-policy"),
                     .stonith_watchdog_timeout = property("stonith-watchdog-timeout")},
                    findings);
    const std::string placement = property("placement-strategy");
    const bool counted = std::any_of(topology.vms.begin(), topology.vms.end(),
                                     [](const Vm& vm) { return vm.memory_mib > 0; });
    if (counted && (placement.empty() || placement == "default")) {
        findings.push_back({"utilization-ignored", Severity::warning, "placement-strategy",
                            "Pacemaker ignores how much memory VMs need and hosts have",
                            "Run \"twinsite apply\" (it sets placement-strategy=balanced)."});
    }
    const Xml* configuration = cib.child("configuration");
    const auto unoffered =
        configuration == nullptr ? std::vector<Unoffered>{} : unoffered_utilization(*configuration);
    for (const Unoffered& each : unoffered) {
        findings.push_back({"utilization-not-offered", Severity::error, each.resource,
                            fmt::format("its utilization {} is more than any node offers: "
                                        "Pacemaker stops it, and starts it nowhere",
                                        join(each.names, ", ")),
                            remedy_for(each)});
    }
}

/// fencing-untested: a fence device that never answered.
void check_fencing_history(const Topology& topology, const Xml& cib,
                           std::vector<Finding>& findings) {
    std::unordered_set<std::string> answered;
    const Xml* status = cib.child("status");
    for (const Xml& node : status == nullptr ? std::vector<Xml>{} : status->children) {
        const Xml* lrm = node.child("lrm");
        const Xml* resources = lrm == nullptr ? nullptr : lrm->child("lrm_resources");
        for (const Xml& resource :
             resources == nullptr ? std::vector<Xml>{} : resources->children) {
            for (const Xml& op : resource.children) {
                const bool really = op.get("operation") == "start" ||
                                    (op.get("operation") == "monitor" && op.get("interval") != "0");
                if (really && op.get("rc-code") == "0") {
                    answered.emplace(resource.get("id"));
                }
            }
        }
    }
    for (const Node& node : topology.nodes) {
        for (const FenceDevice& device : fence_devices(topology, node)) {
            if (!answered.contains(device.id)) {
                findings.push_back(
                    {"fencing-untested", Severity::warning, device.id,
                     fmt::format("{} behind {} has never answered this cluster: nobody knows "
                                 "whether {} can be switched off",
                                 device.pdu->name, device.id, node.name),
                     fmt::format("Try \"stonith_admin --reboot {}\" while nothing runs there.",
                                 node.name)});
            }
        }
    }
}

} // namespace

std::vector<Finding> check_configuration(const Topology& topology, const Xml& cib) {
    std::vector<Finding> findings;
    check_constraints(topology, section(cib, "constraints"), findings);
    check_stickiness(topology, cib, findings);
    check_properties(topology, cib, findings);
    check_fencing_history(topology, cib, findings);
    return findings;
}

} // namespace twinsite::site
