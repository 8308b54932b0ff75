#include "lib/site/isolation_options.hpp"

#include <twinsite/base/text.hpp>
#include <twinsite/site/check_live.hpp>
#include <twinsite/site/names.hpp>

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

bool is_infinite(std::string_view score) {
    return score == "INFINITY" || score == "+INFINITY" ||
           (parse_integer(score, -1000000000, 1000000000).value_or(0) >= 1000000);
}

std::int64_t score_of(std::string_view score) {
    if (is_infinite(score)) {
        return 1000000;
    }
    return score.starts_with("-INF") ? -1000000
                                     : parse_integer(score, -1000000, 1000000).value_or(0);
}

/// The ids that twinsite gives to what this topology names.
struct OurIds {
    std::unordered_set<std::string> vms;
    std::unordered_set<std::string> luns;    ///< groups and their members
    std::unordered_set<std::string> mirrors; ///< primitives and clones

    explicit OurIds(const Topology& topology) {
        for (const Vm& vm : topology.vms) {
            vms.insert(vm_id(vm.name));
        }
        for (const Lun& lun : topology.luns) {
            luns.insert({lun_group_id(lun.name), address_id(lun.name), target_id(lun.name)});
            mirrors.insert({mirror_id(lun.name), mirror_clone_id(lun.name)});
        }
    }
    [[nodiscard]] bool has(const std::string& id) const {
        return vms.contains(id) || luns.contains(id) || mirrors.contains(id);
    }
};

class ConstraintCheck {
public:
    ConstraintCheck(const Topology& topology, const Xml& cib, std::vector<Finding>& findings)
        : ids_(topology)
        , findings_(findings) {
        for (const Xml& constraint : section(cib, "constraints").children) {
            const std::string id(constraint.get("id"));
            if (constraint.name == "rsc_colocation") {
                colocation(constraint, id);
            } else if (constraint.name == "rsc_order") {
                order(constraint, id);
            } else if (constraint.name == "rsc_location") {
                location(constraint, id);
            }
        }
    }

private:
    OurIds ids_;
    std::vector<Finding>& findings_;

    void add(std::string_view code, Severity severity, const std::string& id, std::string problem,
             std::string remedy) {
        findings_.push_back(
            {std::string(code), severity, id, std::move(problem), std::move(remedy)});
    }

    void colocation(const Xml& constraint, const std::string& id) {
        const std::string rsc(constraint.get("rsc"));
        const std::string with(constraint.get("with-rsc"));
        if (!is_infinite(constraint.get("score")) || !ids_.vms.contains(rsc)) {
            return;
        }
        if (constraint.has("node-attribute") && ids_.mirrors.contains(with)) {
            add("constraint-infinity-on-clone", Severity::error, id,
                fmt::format("{} ties {} to the clone {} with INFINITY: that means the same node, "
                            "not the same site, and stops the VM though its site has a free host",
                            id, rsc, with),
                "Use the LUN's group and a finite score; \"twinsite apply\" writes such a one.");
        } else if (ids_.has(with) && !id.starts_with(constraint_prefix)) {
            add("constraint-not-soft", Severity::warning, id,
                fmt::format("{} ties {} to {} with INFINITY: where they cannot be together the VM "
                            "stays down",
                            id, rsc, with),
                fmt::format("Remove it with \"pcs constraint delete {}\"; twinsite's own "
                            "constraint is soft.",
                            id));
        }
    }

    void order(const Xml& constraint, const std::string& id) {
        const std::string first(constraint.get("first"));
        const std::string then(constraint.get("then"));
        const std::string kind(constraint.get("kind"));
        const bool mandatory = kind.empty() || kind == "Mandatory";
        const bool symmetrical = constraint.get("symmetrical") != "false";
        if (ids_.vms.contains(then) &&
            (ids_.luns.contains(first) || ids_.mirrors.contains(first)) && mandatory &&
            symmetrical) {
            add("order-restarts-vm", Severity::error, id,
                fmt::format("{} makes {} restart whenever {} moves or restarts", id, then, first),
                fmt::format("Remove it with \"pcs constraint delete {}\"; twinsite's own orders "
                            "leave a running VM alone.",
                            id));
        }
    }

    void location(const Xml& constraint, const std::string& id) {
        const std::string rsc(constraint.get("rsc"));
        if (!ids_.has(rsc)) {
            return;
        }
        if (id.starts_with("cli-prefer-") || id.starts_with("cli-ban-") ||
            id.starts_with("cli-standby-")) {
            add("leftover-move-constraint", Severity::warning, id,
                fmt::format("{} is what \"resource move\" or \"ban\" left behind; it defeats home "
                            "and failover",
                            id),
                fmt::format("Run \"crm_resource --clear -r {}\".", rsc));
            return;
        }
        if (is_mirror_ban(id)) {
            return; // whether it is a leftover only the mirror's state tells: check_bans()
        }
        if (!id.starts_with(constraint_prefix)) {
            foreign_location(constraint, id, rsc);
        }
        promoted_preference(constraint, id, rsc);
    }

    void foreign_location(const Xml& constraint, const std::string& id, const std::string& rsc) {
        const Xml* rule = constraint.child("rule");
        const std::string_view score =
            rule == nullptr ? constraint.get("score") : rule->get("score");
        if (is_infinite(score)) {
            add("constraint-not-soft", Severity::warning, id,
                fmt::format("{} nails {} to one place with INFINITY: twinsite's soft rules cannot "
                            "move it",
                            id, rsc),
                fmt::format("Remove it: \"pcs constraint delete {}\".", id));
        }
    }

    /// A preference for a promoted copy must stay below the gap between a good copy and a worse
    /// one (10000 against 1000).
    void promoted_preference(const Xml& constraint, const std::string& id, const std::string& rsc) {
        constexpr std::int64_t gap = 9000;
        if (!ids_.mirrors.contains(rsc)) {
            return;
        }
        for (const Xml& rule : constraint.children) {
            const std::string_view role = rule.get("role");
            if (rule.name == "rule" && (role == "Promoted" || role == "Master") &&
                score_of(rule.get("score")) >= gap) {
                add("home-beats-replica-quality", Severity::error, id,
                    fmt::format("{} prefers a place for {} with {}, more than a good copy is worth "
                                "against a stale one: stale data may be promoted",
                                id, rsc, rule.get("score")),
                    "Use a score well below 9000; \"twinsite apply\" uses 200.");
            }
        }
    }
};

void check_stickiness(const Topology& topology, const Xml& cib, std::vector<Finding>& findings) {
    if (topology.policy.failback != Failback::automatic) {
        return;
    }
    const Xml& defaults = section(cib, "rsc_defaults");
    const std::int64_t fallback =
        score_of(value_of(defaults, "meta_attributes", "resource-stickiness"));
    const auto stickiness = [&](const Xml& resource) {
        const std::string own = value_of(resource, "meta_attributes", "resource-stickiness");
        return own.empty() ? fallback : score_of(own);
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
                sum += own || on_group.empty() ? stickiness(member) : score_of(on_group);
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
}

/// fencing-untested: no fence device ever answered.
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
        const std::string id = fence_id(node.name, 0);
        if (!node.power.empty() && !answered.contains(id)) {
            findings.push_back(
                {"fencing-untested", Severity::warning, id,
                 fmt::format("the PDU behind {} has never answered this cluster: nobody knows "
                             "whether {} can be switched off",
                             id, node.name),
                 fmt::format("Try \"stonith_admin --reboot {}\" while nothing runs there.",
                             node.name)});
        }
    }
}

} // namespace

std::vector<Finding> check_configuration(const Topology& topology, const Xml& cib) {
    std::vector<Finding> findings;
    const ConstraintCheck constraints(topology, cib, findings);
    check_stickiness(topology, cib, findings);
    check_properties(topology, cib, findings);
    check_fencing_history(topology, cib, findings);
    return findings;
}

} // namespace twinsite::site
