// Constraints that others wrote, in every form that pcs and crmsh write them: which are traps.
#include "tests/support/topologies.hpp"

#include <twinsite/site/check_live.hpp>
#include <twinsite/site/cib.hpp>

#include <gtest/gtest.h>

#include <algorithm>

namespace twinsite::site {
namespace {

using Attributes = std::vector<std::pair<std::string, std::string>>;

Xml set(const std::vector<std::string>& members, Attributes attributes = {}) {
    Xml xml{"resource_set", std::move(attributes), {}};
    for (const std::string& member : members) {
        xml.add({"resource_ref", {{"id", member}}, {}});
    }
    return xml;
}

Xml rule(const Attributes& attributes) {
    return {"rule", attributes, {}};
}

Xml constraint(const std::string& name, Attributes attributes, std::vector<Xml> children = {}) {
    attributes.insert(attributes.begin(), {"id", "x"});
    return {name, std::move(attributes), std::move(children)};
}

struct Trap {
    std::string what;
    Xml constraint;
    std::string code; ///< "": it is none
    std::string says = {};
};

/// The findings about the constraint "x", in a cluster that is rendered otherwise.
std::vector<Finding> about(const Topology& topology, const Xml& constraint) {
    Xml cib = render_cib(topology);
    cib.child("configuration")->ensure("constraints").add(constraint);
    auto findings = check_configuration(topology, cib);
    std::erase_if(findings, [](const Finding& finding) { return finding.where != "x"; });
    return findings;
}

void expect(const Topology& topology, const std::vector<Trap>& traps) {
    for (const Trap& trap : traps) {
        const auto findings = about(topology, trap.constraint);
        ASSERT_EQ(findings.size(), trap.code.empty() ? 0U : 1U)
            << trap.what << (findings.empty() ? "" : ": " + findings[0].problem);
        if (!findings.empty()) {
            EXPECT_EQ(findings[0].code, trap.code) << trap.what;
            EXPECT_NE(findings[0].problem.find(trap.says), std::string::npos)
                << trap.what << ": " << findings[0].problem;
        }
    }
}

TEST(ConstraintTraps, orders) {
    const Attributes whole{{"sequential", "true"}};
    const Attributes loose{{"sequential", "false"}};
    expect(testing::example_topology(),
           {{"pcs constraint order set lun_red vm_rot",
             constraint("rsc_order", {}, {set({"lun_red", "vm_rot"}, whole)}), "order-restarts-vm",
             "x makes vm_rot restart whenever lun_red moves"},
            {"through somebody else's resource",
             constraint("rsc_order", {}, {set({"mirror_red-clone", "web", "vm_rot"})}),
             "order-restarts-vm"},
            {"set lun_red set vm_rosa vm_rot",
             constraint("rsc_order", {}, {set({"lun_red"}), set({"vm_rosa", "vm_rot"}, loose)}),
             "order-restarts-vm", "vm_rosa restart"},
            {"three sets",
             constraint("rsc_order", {}, {set({"lun_red"}), set({"web"}), set({"vm_rot"})}),
             "order-restarts-vm"},
            {"only between the sets",
             constraint("rsc_order", {}, {set({"lun_red", "vm_rot"}, loose)}), ""},
            {"optional",
             constraint("rsc_order", {{"kind", "Optional"}}, {set({"lun_red", "vm_rot"})}), ""},
            {"optional in its set",
             constraint("rsc_order", {}, {set({"lun_red", "vm_rot"}, {{"kind", "Optional"}})}), ""},
            {"not symmetrical",
             constraint("rsc_order", {{"symmetrical", "false"}}, {set({"lun_red", "vm_rot"})}), ""},
            {"the VM first", constraint("rsc_order", {}, {set({"vm_rot", "lun_red"})}), ""},
            {"optional as it was written once",
             constraint("rsc_order", {{"first", "lun_red"}, {"then", "vm_rot"}, {"score", "0"}}),
             ""}});
}

TEST(ConstraintTraps, colocations) {
    const Attributes hard{{"score", "INFINITY"}};
    expect(
        testing::example_topology(),
        {{"a set", constraint("rsc_colocation", hard, {set({"vm_rot", "vm_rosa"})}),
          "constraint-not-soft", "x ties vm_rosa to vm_rot"},
         {"two sets", constraint("rsc_colocation", hard, {set({"vm_rot"}), set({"lun_red"})}),
          "constraint-not-soft"},
         {"hard in its set only",
          constraint("rsc_colocation", {{"score", "10"}}, {set({"vm_rot", "lun_red"}, hard)}),
          "constraint-not-soft"},
         {"the LUN with the VM",
          constraint("rsc_colocation",
                     {{"rsc", "lun_red"}, {"with-rsc", "vm_rot"}, {"score", "INFINITY"}}),
          "constraint-not-soft", "x ties lun_red to vm_rot"},
         {"the mirror with the VM",
          constraint("rsc_colocation", {{"rsc", "mirror_red-clone"},
                                        {"with-rsc", "vm_rot"},
                                        {"rsc-role", "Promoted"},
                                        {"score", "INFINITY"}}),
          "constraint-not-soft"},
         {"soft", constraint("rsc_colocation", {{"score", "500"}}, {set({"vm_rot", "vm_rosa"})}),
          ""},
         {"apart in one set",
          constraint("rsc_colocation", hard,
                     {set({"vm_rot", "vm_rosa"}, {{"sequential", "false"}})}),
          ""},
         {"of others", constraint("rsc_colocation", hard, {set({"web", "vm_rot"})}), ""},
         {"a LUN's own parts",
          constraint("rsc_colocation",
                     {{"rsc", "lun_red"}, {"with-rsc", "mirror_red-clone"}, {"score", "INFINITY"}}),
          ""}});
}

TEST(ConstraintTraps, locations) {
    const auto place = [](Attributes attributes, std::vector<Xml> children = {}) {
        return constraint("rsc_location", std::move(attributes), std::move(children));
    };
    const std::pair<std::string, std::string> at_home{"node", "rz1-a"};
    expect(
        testing::example_topology(),
        {{"pattern", place({{"rsc-pattern", "^vm_"}, at_home, {"score", "INFINITY"}}),
          "constraint-not-soft", "vm_blau, vm_cyan, vm_rosa and 1 more"},
         {"pattern with a tail",
          place({{"rsc-pattern", "^vm_r.*"}, at_home, {"score", "INFINITY"}}),
          "constraint-not-soft", "nails vm_rosa, vm_rot to"},
         {"pattern of others", place({{"rsc-pattern", "^web"}, at_home, {"score", "INFINITY"}}),
          ""},
         {"pattern that nobody reads",
          place({{"rsc-pattern", "^vm_(rot|rosa)$"}, at_home, {"score", "INFINITY"}}),
          "constraint-not-soft", "perhaps VMs"},
         {"such a pattern of others",
          place({{"rsc-pattern", "^web-[0-9]+$"}, at_home, {"score", "INFINITY"}}), ""},
         {"such a pattern, soft", place({{"rsc-pattern", "vm_[a-z]+"}, at_home, {"score", "50"}}),
          ""},
         {"set", place({at_home, {"score", "INFINITY"}}, {set({"web", "vm_rot"})}),
          "constraint-not-soft", "nails vm_rot to"},
         {"a second rule",
          place({{"rsc", "vm_rot"}}, {rule({{"score", "5"}}), rule({{"score", "INFINITY"}})}),
          "constraint-not-soft"},
         {"ban from home", place({{"rsc", "vm_rot"}, at_home, {"score", "-INFINITY"}}),
          "constraint-not-soft", "bans vm_rot from rz1-a"},
         {"ban of a LUN from home", place({{"rsc", "lun_red"}, at_home, {"score", "-INFINITY"}}),
          "constraint-not-soft", "bans lun_red"},
         {"ban from the other site",
          place({{"rsc", "vm_rot"}, {"node", "rz2-a"}, {"score", "-INFINITY"}}), ""},
         {"ban from where no copy is",
          place({{"rsc", "mirror_red-clone"}, {"node", "rz1-b"}, {"score", "-INFINITY"}}), ""},
         {"promoted without a rule",
          place({{"rsc", "mirror_red-clone"}, {"role", "Promoted"}, at_home, {"score", "20000"}}),
          "home-beats-replica-quality"},
         {"promoted as it was called before",
          place({{"rsc", "mirror_red-clone"}, {"role", "Master"}, at_home, {"score", "20000"}}),
          "home-beats-replica-quality"},
         {"promoted, in a set",
          place({at_home, {"score", "9000"}}, {set({"mirror_red-clone"}, {{"role", "Promoted"}})}),
          "home-beats-replica-quality"},
         {"promoted, by a pattern",
          place({{"rsc-pattern", "^mirror_"}, {"role", "Promoted"}, at_home, {"score", "20000"}}),
          "home-beats-replica-quality"},
         {"promoted, weak enough",
          place({{"rsc", "mirror_red-clone"}, {"role", "Promoted"}, at_home, {"score", "8999"}}),
          ""},
         {"not for the promoted",
          place({{"rsc", "mirror_red-clone"}, {"role", "Unpromoted"}, at_home, {"score", "20000"}}),
          ""}});
}

/// A VM there opens the device of its own host, so it must stop before the mirror is demoted.
TEST(ConstraintTraps, what_a_converged_lun_needs_is_none) {
    const Attributes hard{
        {"rsc", "vm_rot"}, {"with-rsc", "mirror_red-clone"}, {"score", "INFINITY"}};
    expect(testing::converged_topology(), {{"order",
                                            constraint("rsc_order", {{"first", "mirror_red-clone"},
                                                                     {"first-action", "promote"},
                                                                     {"then", "vm_rot"}}),
                                            ""},
                                           {"colocation", constraint("rsc_colocation", hard), ""}});
}

} // namespace
} // namespace twinsite::site
