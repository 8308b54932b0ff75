#include "lib/site/cib_builder.hpp"
#include "lib/site/cib_parts.hpp"

#include <twinsite/site/cib.hpp>
#include <twinsite/site/names.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace twinsite::site {

namespace cib {

void add_cluster_properties(const Topology& topology, Xml& crm_config) {
    const bool keep_home = topology.policy.isolation == Isolation::keep_home;
    const bool utilization = std::any_of(topology.vms.begin(), topology.vms.end(),
                                         [](const Vm& vm) { return vm.memory_mib > 0; });
    add_pairs(
        crm_config, "cluster_property_set", "cib-bootstrap-options",
        {{"stonith-enabled", "true"},
         // keep-home: without quorum everything stays as it is. majority: the losing side
         // ends itself; its watchdog does it where a PDU cannot be reached.
         {"no-quorum-policy", keep_home ? "freeze" : "suicide"},
         {"stonith-watchdog-timeout", keep_home ? "" : "10s"},
         {"placement-strategy", utilization ? "balanced" : ""},
         // How late a failback window may be noticed.
         {"cluster-recheck-interval", topology.policy.failback == Failback::window ? "5min" : ""},
         // Guests make the load of their hosts: throttled by it, a cluster that has just lost a
         // host fences and recovers one action after the other (decision 0075).
         {"load-threshold", "1000%"},
         // More migrations at once share one wire and finish no earlier.
         {"migration-limit", "2"}});
}

void add_nodes(const Topology& topology, Xml& nodes) {
    for (const Node& node : topology.nodes) {
        Xml& entry =
            nodes.add({"node", {{"id", std::to_string(node.id)}, {"uname", node.name}}, {}});
        add_pairs(entry, "instance_attributes", fmt::format("nodes-{}", node.id),
                  {{std::string(site_attribute), node.site}});
        if (node.compute && node.memory_mib > 0) {
            add_pairs(entry, "utilization", fmt::format("nodes-{}-utilization", node.id),
                      {{"hv_memory", std::to_string(node.usable_mib())}});
        }
    }
}

} // namespace cib

Xml render_cib(const Topology& topology) {
    const Scores scores = scores_for(topology.policy);
    Xml crm_config{"crm_config", {}, {}};
    Xml nodes{"nodes", {}, {}};
    Xml resources{"resources", {}, {}};
    Xml constraints{"constraints", {}, {}};
    Xml levels{"fencing-topology", {}, {}};
    cib::add_cluster_properties(topology, crm_config);
    cib::add_nodes(topology, nodes);
    cib::add_fencing(topology, resources, constraints, levels);
    for (const Lun& lun : topology.luns) {
        cib::add_lun(topology, lun, scores, resources, constraints);
    }
    cib::add_vms(topology, scores, resources, constraints);

    // What twinsite made and may change or remove again, visible with `pcs tag`.
    Xml resources_tag{"tag", {{"id", std::string(ownership_tag)}}, {}};
    for (const Xml& resource : resources.children) {
        resources_tag.add({"obj_ref", {{"id", std::string(resource.get("id"))}}, {}});
    }

    Xml configuration{"configuration", {}, {}};
    for (Xml* part : {&crm_config, &nodes, &resources, &constraints}) {
        configuration.add(std::move(*part));
    }
    if (!levels.children.empty()) {
        configuration.add(std::move(levels));
    }
    if (!resources_tag.children.empty()) {
        configuration.ensure("tags").add(std::move(resources_tag));
    }
    Xml whole{"cib",
              {{"crm_feature_set", "3.16.1"},
               {"validate-with", "pacemaker-3.9"},
               {"epoch", "1"},
               {"num_updates", "0"},
               {"admin_epoch", "0"}},
              {}};
    whole.add(std::move(configuration));
    whole.add({"status", {}, {}});
    return whole;
}

} // namespace twinsite::site
