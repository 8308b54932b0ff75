#include "lib/site/cib_builder.hpp"
#include "lib/site/cib_parts.hpp"

#include <twinsite/site/cib.hpp>
#include <twinsite/site/names.hpp>
#include <twinsite/site/self_fencing.hpp>

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
         // A site that is lost has several nodes: one after the other their times would add up
         // (Pacemaker 2 does so unless told; 3 has no such choice).
         {"concurrent-fencing", "true"},
         // keep-home: without quorum everything stays as it is. majority: the losing side
         // ends itself; its watchdog does it where a PDU cannot be reached.
         {"no-quorum-policy", keep_home ? "freeze" : "suicide"},
         {"stonith-watchdog-timeout",
          keep_home ? "" : fmt::format("{}s", self_fencing(topology).watchdog_timeout_seconds())},
         // What the PDUs may take, and then the wait for the watchdog, is one fencing.
         {"stonith-timeout",
          keep_home ? ""
                    : fmt::format("{}s", 60 + self_fencing(topology).watchdog_timeout_seconds())},
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

namespace {

using cib::Section;

class Tree : public Section {
public:
    explicit Tree(Xml& section)
        : section_(section) {}
    void add(Xml element) override { section_.add(std::move(element)); }

private:
    Xml& section_;
};

/// Keeps text only, and the ids.
class Text : public Section {
public:
    void add(Xml element) override {
        constexpr std::size_t depth = 3; // below cib, configuration and the section
        append_text(text_, element, depth);
        ids_.emplace_back(element.get("id"));
    }
    [[nodiscard]] const std::vector<std::string>& ids() const { return ids_; }
    [[nodiscard]] const std::string& text() const { return text_; }

private:
    std::string text_;
    std::vector<std::string> ids_;
};

/// Fills RESOURCES and CONSTRAINTS; the fencing levels are the answer.
Xml add_all(const Topology& topology, Section& resources, Section& constraints) {
    Xml levels{"fencing-topology", {}, {}};
    const Scores scores = scores_for(topology.policy);
    cib::add_fencing(topology, resources, constraints, levels);
    for (const Lun& lun : topology.luns) {
        cib::add_lun(topology, lun, scores, resources, constraints);
    }
    cib::add_vms(topology, scores, resources, constraints);
    return levels;
}

/// What twinsite made and may change or remove again, visible with `pcs tag`.
Xml tag_of(const std::vector<std::string>& ids) {
    Xml tag{"tag", {{"id", std::string(ownership_tag)}}, {}};
    tag.children.reserve(ids.size());
    for (const std::string& id : ids) {
        tag.add({"obj_ref", {{"id", id}}, {}});
    }
    return tag;
}

Xml whole(const Topology& topology, Xml resources, Xml constraints, Xml levels, Xml tag) {
    Xml configuration{"configuration", {}, {}};
    cib::add_cluster_properties(topology, configuration.add({"crm_config", {}, {}}));
    cib::add_nodes(topology, configuration.add({"nodes", {}, {}}));
    configuration.add(std::move(resources));
    configuration.add(std::move(constraints));
    if (!levels.children.empty()) {
        configuration.add(std::move(levels));
    }
    if (!tag.children.empty()) {
        configuration.ensure("tags").add(std::move(tag));
    }
    Xml cib{"cib",
            {{"crm_feature_set", "3.16.1"},
             {"validate-with", "pacemaker-3.9"},
             {"epoch", "1"},
             {"num_updates", "0"},
             {"admin_epoch", "0"}},
            {}};
    cib.add(std::move(configuration));
    cib.add({"status", {}, {}});
    return cib;
}

} // namespace

Xml render_cib(const Topology& topology) {
    Xml resources{"resources", {}, {}};
    Xml constraints{"constraints", {}, {}};
    // About five for each VM; growing by doubling would hold 10,000 VMs twice.
    constraints.children.reserve(5 * topology.vms.size() + 4 * topology.luns.size());
    Tree resource_tree(resources);
    Tree constraint_tree(constraints);
    Xml levels = add_all(topology, resource_tree, constraint_tree);
    std::vector<std::string> ids;
    for (const Xml& resource : resources.children) {
        ids.emplace_back(resource.get("id"));
    }
    return whole(topology, std::move(resources), std::move(constraints), std::move(levels),
                 tag_of(ids));
}

void write_cib(const Topology& topology, const std::function<void(std::string_view)>& write) {
    Text resources;
    Text constraints;
    Xml levels = add_all(topology, resources, constraints);
    const std::string frame =
        to_text(whole(topology, {"resources", {}, {}}, {"constraints", {}, {}}, std::move(levels),
                      tag_of(resources.ids())));
    std::string_view rest = frame;
    const auto fill = [&](const std::string& name, const std::string& text) {
        const std::string empty = "<" + name + "/>\n";
        const auto at = rest.find(empty);
        if (text.empty() || at == std::string_view::npos) {
            return;
        }
        write(rest.substr(0, at));
        write("<" + name + ">\n");
        write(text);
        write("    </" + name + ">\n");
        rest.remove_prefix(at + empty.size());
    };
    fill("resources", resources.text());
    fill("constraints", constraints.text());
    write(rest);
}

} // namespace twinsite::site
