#include "lib/site/cib_builder.hpp"
#include "lib/site/cib_parts.hpp"

#include <twinsite/site/names.hpp>
#include <twinsite/site/spread.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

namespace twinsite::site::cib {

namespace {

Xml vm_resource(const Topology& topology, const Vm& vm, const Scores& scores) {
    const std::string id = vm_id(vm.name);
    Xml xml = primitive(id, "ocf", "twinsite", "vm");
    add_pairs(xml, "instance_attributes", fmt::format("{}-instance_attributes", id),
              {{"config", vm.config},
               {"migration_transport", topology.migration.transport},
               {"migration_user", topology.migration.user},
               {"migration_network_suffix", topology.migration.network_suffix},
               {"shutdown_timeout",
                vm.shutdown_timeout == 0 ? "" : std::to_string(vm.shutdown_timeout)}});
    add_operations(xml, {{.name = "start", .timeout = "120s"},
                         {.name = "stop", .timeout = "180s"},
                         {.name = "monitor", .interval = "10s", .timeout = "30s"},
                         {.name = "migrate_to", .timeout = "300s"},
                         {.name = "migrate_from", .timeout = "120s"}});
    add_pairs(xml, "meta_attributes", fmt::format("{}-meta_attributes", id),
              {{"allow-migrate", "true"},
               {"resource-stickiness", std::to_string(scores.vm_stickiness)},
               {"migration-threshold", "3"},
               // Counted from an operation's beginning: a failed migrate_to that took longer would
               // have expired before it failed. Pacemaker then leaves the guest as it is, and
               // unwatched, because it stopped the monitor before the migration.
               {"failure-timeout", "600s"},
               {"priority", vm.priority == 0 ? "" : std::to_string(vm.priority)},
               {"site", vm.home}});
    if (vm.memory_mib > 0) {
        add_pairs(xml, "utilization", fmt::format("{}-utilization", id),
                  {{"hv_memory", std::to_string(vm.memory_mib)}});
    }
    return xml;
}

Xml home_rule(const Vm& vm, const Scores& scores) {
    const std::string id = fmt::format("{}home-{}", constraint_prefix, vm_id(vm.name));
    Xml constraint{"rsc_location", {{"id", id}, {"rsc", vm_id(vm.name)}}, {}};
    Xml& rule = constraint.add(
        {"rule",
         {{"id", fmt::format("{}-rule", id)}, {"score", std::to_string(scores.vm_home)}},
         {}});
    rule.add({"expression",
              {{"id", fmt::format("{}-rule-expr", id)},
               {"attribute", std::string(site_attribute)},
               {"operation", "eq"},
               {"value", vm.home}},
              {}});
    return constraint;
}

/// The VM opens the device of its own host: it runs only where the mirror is promoted, and it has
/// stopped before the mirror is demoted.
void bind_to_device(const Vm& vm, const std::string& lun, Section& constraints) {
    const std::string clone = mirror_clone_id(lun);
    const std::string pair = fmt::format("{}-{}", vm_id(vm.name), clone);
    constraints.add({"rsc_colocation",
                     {{"id", fmt::format("{}colocate-{}", constraint_prefix, pair)},
                      {"rsc", vm_id(vm.name)},
                      {"with-rsc", clone},
                      {"with-rsc-role", "Promoted"},
                      {"score", "INFINITY"}},
                     {}});
    constraints.add({"rsc_order",
                     {{"id", fmt::format("{}order-{}", constraint_prefix, pair)},
                      {"first", clone},
                      {"first-action", "promote"},
                      {"then", vm_id(vm.name)},
                      {"then-action", "start"},
                      {"kind", "Mandatory"}},
                     {}});
}

void add_lun_bonds(const Topology& topology, const Vm& vm, const Scores& scores,
                   Section& constraints) {
    const std::string score =
        scores.vm_with_lun_infinite ? "INFINITY" : std::to_string(scores.vm_with_lun);
    for (const std::string& lun : vm.luns) {
        if (std::any_of(topology.luns.begin(), topology.luns.end(),
                        [&](const Lun& each) { return each.name == lun && each.converged(); })) {
            bind_to_device(vm, lun, constraints);
            continue;
        }
        const std::string pair = fmt::format("{}-{}", vm_id(vm.name), lun_group_id(lun));
        constraints.add({"rsc_colocation",
                         {{"id", fmt::format("{}colocate-{}", constraint_prefix, pair)},
                          {"rsc", vm_id(vm.name)},
                          {"with-rsc", lun_group_id(lun)},
                          {"node-attribute", std::string(site_attribute)},
                          {"score", score},
                          // One VM's failures must not drag the LUN and all its VMs away.
                          {"influence", "false"}},
                         {}});
        // Two orders. A VM starts only when its LUN is there, or its start would wait for a LUN
        // that Pacemaker brings up only after that start has ended; not symmetrical, so that a
        // LUN that moves or restarts leaves a running VM alone.
        constraints.add({"rsc_order",
                         {{"id", fmt::format("{}start-{}", constraint_prefix, pair)},
                          {"first", lun_group_id(lun)},
                          {"then", vm_id(vm.name)},
                          {"kind", "Mandatory"},
                          {"symmetrical", "false"}},
                         {}});
        // And when both stop, the VM goes first: its guest still has to write.
        constraints.add({"rsc_order",
                         {{"id", fmt::format("{}stop-{}", constraint_prefix, pair)},
                          {"first", vm_id(vm.name)},
                          {"first-action", "stop"},
                          {"then", lun_group_id(lun)},
                          {"then-action", "stop"},
                          {"kind", "Optional"},
                          {"symmetrical", "false"}},
                         {}});
    }
}

void add_sequence(const Vm& vm, Section& constraints) {
    for (const std::string& first : vm.after) {
        constraints.add(
            {"rsc_order",
             {{"id", fmt::format("{}after-{}-{}", constraint_prefix, vm_id(vm.name), vm_id(first))},
              {"first", vm_id(first)},
              {"then", vm_id(vm.name)},
              {"kind", "Optional"}},
             {}});
    }
}

/// Keeps the VMs off NODE. They are named one by one: a pattern would be about other people's, too.
Xml no_vms_on(const Node& node, const Topology& topology) {
    const std::string id = fmt::format("{}no-vms-{}", constraint_prefix, node.name);
    Xml constraint{"rsc_location", {{"id", id}, {"node", node.name}, {"score", "-INFINITY"}}, {}};
    Xml& set = constraint.add({"resource_set", {{"id", fmt::format("{}-set", id)}}, {}});
    for (const Vm& vm : topology.vms) {
        set.add({"resource_ref", {{"id", vm_id(vm.name)}}, {}});
    }
    return constraint;
}

} // namespace

void add_vms(const Topology& topology, const Scores& scores, Section& resources,
             Section& constraints) {
    const auto hosts = preferred_hosts(topology);
    std::unordered_map<std::string_view, const Vm*> last_of_group;
    for (std::size_t i = 0; i < topology.vms.size(); ++i) {
        const Vm& vm = topology.vms[i];
        resources.add(vm_resource(topology, vm, scores));
        constraints.add(home_rule(vm, scores));
        if (topology.policy.failback == Failback::window && !topology.policy.vm_follows_lun) {
            // Its LUN does not draw it home, and its stickiness is more than home is worth.
            constraints.add(home_in_window({vm_id(vm.name), "", vm.home, scores.home_in_window},
                                           topology.policy.window));
        }
        if (!hosts[i].empty()) {
            constraints.add(location(fmt::format("{}host-{}", constraint_prefix, vm_id(vm.name)),
                                     vm_id(vm.name), hosts[i], std::to_string(scores.vm_host)));
        }
        add_lun_bonds(topology, vm, scores, constraints);
        add_sequence(vm, constraints);
        if (!vm.group.empty()) {
            const Vm*& last = last_of_group[vm.group];
            if (last != nullptr) {
                const std::string pair = fmt::format("{}-{}", vm_id(vm.name), vm_id(last->name));
                constraints.add({"rsc_colocation",
                                 {{"id", fmt::format("{}group-{}", constraint_prefix, pair)},
                                  {"rsc", vm_id(vm.name)},
                                  {"with-rsc", vm_id(last->name)},
                                  {"node-attribute", std::string(site_attribute)},
                                  {"score", std::to_string(scores.vm_group)},
                                  {"influence", "false"}},
                                 {}});
            }
            last = &vm;
        }
    }
    for (const Node& node : topology.nodes) {
        if (!node.compute && !topology.vms.empty()) {
            constraints.add(no_vms_on(node, topology));
        }
    }
}

} // namespace twinsite::site::cib
