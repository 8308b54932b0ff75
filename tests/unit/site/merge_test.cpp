#include "tests/support/topologies.hpp"

#include <twinsite/site/cib.hpp>
#include <twinsite/site/merge.hpp>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace twinsite::site {
namespace {

using ::testing::HasSubstr;
using twinsite::testing::example_topology;

/// What a fresh cluster has: nodes, and nothing else.
Xml fresh_cluster() {
    const Xml rendered = render_cib(example_topology());
    Xml cib{"cib", rendered.attributes, {}};
    Xml& configuration = cib.add({"configuration", {}, {}});
    for (const char* part : {"crm_config", "nodes", "resources", "constraints"}) {
        configuration.add({part, {}, {}});
    }
    std::size_t id = 101; // not the ids that the topology would give
    for (const Node& node : example_topology().nodes) {
        configuration.child("nodes")->add(
            {"node", {{"id", std::to_string(id++)}, {"uname", node.name}}, {}});
    }
    cib.add({"status", {}, {}});
    return cib;
}

Xml applied() {
    return *merge_cib(fresh_cluster(), render_cib(example_topology()));
}

Xml& resources(Xml& cib) {
    return *cib.child("configuration")->child("resources");
}

TEST(Merge, configures_a_fresh_cluster_and_then_changes_nothing) {
    const auto once = merge_cib(fresh_cluster(), render_cib(example_topology()));
    ASSERT_TRUE(once) << once.error().message;
    const auto twice = merge_cib(*once, render_cib(example_topology()));
    ASSERT_TRUE(twice);
    EXPECT_EQ(to_text(*twice), to_text(*once));
    EXPECT_NE(once->child("configuration")->child("resources")->child_with_id("vm_rot"), nullptr);
}

/// A cluster with one resource of somebody else's.
Xml with_foreign(const char* provider, const char* type, const char* name, const char* value) {
    Xml cib = fresh_cluster();
    Xml& primitive = resources(cib).add(
        {"primitive",
         {{"id", "theirs"}, {"class", "ocf"}, {"provider", provider}, {"type", type}},
         {}});
    primitive.add({"instance_attributes", {{"id", "ia"}}, {}})
        .add({"nvpair", {{"id", "nv"}, {"name", name}, {"value", value}}, {}});
    return cib;
}

TEST(Merge, refuses_to_do_the_same_work_as_another_resource) {
    const Xml wanted = render_cib(example_topology());
    for (const Xml& cib :
         {with_foreign("heartbeat", "VirtualDomain", "config", "/etc/twinsite/vm/rot.xml"),
          with_foreign("linbit", "drbd", "drbd_resource", "red"),
          with_foreign("heartbeat", "iSCSITarget", "iqn", "iqn.2026-11.example:red"),
          with_foreign("heartbeat", "IPaddr2", "ip", "10.77.2.101")}) {
        const auto merged = merge_cib(cib, wanted);
        ASSERT_FALSE(merged);
        EXPECT_EQ(merged.error().kind, ErrorKind::conflict);
        EXPECT_THAT(merged.error().message, HasSubstr("\"theirs\" runs the "));
    }
    EXPECT_TRUE(merge_cib(with_foreign("heartbeat", "IPaddr2", "ip", "10.77.2.250"), wanted));
}

TEST(Merge, uses_the_node_ids_of_the_cluster) {
    EXPECT_THAT(to_text(applied()), HasSubstr("nodes-101-site"));
}

TEST(Merge, leaves_alone_what_is_not_twinsites) {
    Xml live = applied();
    resources(live).add({"primitive", {{"id", "web"}, {"class", "systemd"}, {"type", "web"}}, {}});
    live.child("configuration")
        ->child("constraints")
        ->add({"rsc_location",
               {{"id", "mine"}, {"rsc", "web"}, {"node", "rz1-a"}, {"score", "5"}},
               {}});
    const auto merged = merge_cib(live, render_cib(example_topology()));
    ASSERT_TRUE(merged);
    EXPECT_EQ(to_text(*merged), to_text(live));
}

/// The ban keeps a stale copy from being promoted: whoever removes it loses data.
TEST(Merge, keeps_the_ban_on_a_stale_copy) {
    for (const char* id :
         {"twinsite-mirror-fence-red", "drbd-fence-by-handler-red-mirror_red-clone"}) {
        Xml live = applied();
        live.child("configuration")
            ->child("constraints")
            ->add({"rsc_location",
                   {{"id", id},
                    {"rsc", "mirror_red-clone"},
                    {"node", "rz2-a"},
                    {"role", "Promoted"},
                    {"score", "-INFINITY"}},
                   {}});
        const auto merged = merge_cib(live, render_cib(example_topology()));
        ASSERT_TRUE(merged);
        EXPECT_EQ(to_text(*merged), to_text(live)) << id;
    }
}

TEST(Merge, removes_the_ban_of_a_lun_that_the_topology_no_longer_has) {
    Xml live = applied();
    live.child("configuration")
        ->child("constraints")
        ->add({"rsc_location",
               {{"id", "twinsite-mirror-fence-blue"}, {"rsc", "mirror_blue-clone"}},
               {}});
    Topology topology = example_topology();
    std::erase_if(topology.luns, [](const Lun& lun) { return lun.name == "blue"; });
    std::erase_if(topology.vms, [](const Vm& vm) { return vm.luns.front() == "blue"; });
    const auto merged = merge_cib(live, render_cib(topology));
    ASSERT_TRUE(merged) << merged.error().message;
    EXPECT_THAT(to_text(*merged), ::testing::Not(HasSubstr("blue")));
}

TEST(Merge, removes_a_rule_that_the_topology_no_longer_has) {
    Xml live = applied();
    Xml& constraints = *live.child("configuration")->child("constraints");
    constraints.add(
        {"rsc_location",
         {{"id", "twinsite-gone-home"}, {"rsc", "vm_rot"}, {"node", "rz1-a"}, {"score", "5"}},
         {}});
    const auto merged = merge_cib(live, render_cib(example_topology()));
    ASSERT_TRUE(merged);
    EXPECT_EQ(to_text(*merged), to_text(applied()));
}

TEST(Merge, keeps_what_an_admin_set_on_its_resources) {
    Xml live = applied();
    Xml* vm = resources(live).child_with_id("vm_rot");
    vm->child("meta_attributes")
        ->add({"nvpair", {{"id", "x"}, {"name", "target-role"}, {"value", "Stopped"}}, {}});
    vm->child("instance_attributes")
        ->add({"nvpair", {{"id", "y"}, {"name", "force_stop"}, {"value", "true"}}, {}});
    const auto merged = merge_cib(live, render_cib(example_topology()));
    ASSERT_TRUE(merged);
    EXPECT_EQ(to_text(*merged), to_text(live));
}

TEST(Merge, takes_back_the_cluster_properties_that_a_topology_no_longer_asks_for) {
    Topology asks = example_topology();
    asks.policy.isolation = Isolation::majority;
    asks.policy.failback = Failback::window;
    Topology asks_not = example_topology();
    for (Vm& vm : asks_not.vms) {
        vm.memory_mib = 0;
    }
    const auto before = merge_cib(fresh_cluster(), render_cib(asks));
    const auto after = merge_cib(*before, render_cib(asks_not));
    ASSERT_TRUE(after) << after.error().message;
    for (const char* name : {"stonith-timeout", "stonith-watchdog-timeout", "placement-strategy",
                             "cluster-recheck-interval"}) {
        const std::string pair = fmt::format("name=\"{}\"", name);
        EXPECT_THAT(to_text(*before), HasSubstr(pair));
        EXPECT_THAT(to_text(*after), ::testing::Not(HasSubstr(pair)));
    }
}

TEST(Merge, mends_what_was_changed_by_hand) {
    Xml live = applied();
    Xml* vm = resources(live).child_with_id("vm_rot");
    vm->child("meta_attributes")->children[0].set("value", "wrong");
    const auto merged = merge_cib(live, render_cib(example_topology()));
    ASSERT_TRUE(merged);
    EXPECT_EQ(to_text(*merged), to_text(applied()));
}

TEST(Merge, removes_a_vm_that_left_the_topology_with_its_constraints) {
    Topology less = example_topology();
    less.vms.pop_back();
    const auto merged = merge_cib(applied(), render_cib(less));
    ASSERT_TRUE(merged);
    EXPECT_EQ(to_text(*merged).find("cyan"), std::string::npos);
    EXPECT_THAT(to_text(*merged), HasSubstr("vm_blau"));
}

TEST(Merge, refuses_an_id_that_somebody_else_uses) {
    Xml live = fresh_cluster();
    resources(live).add({"primitive", {{"id", "vm_rot"}, {"class", "ocf"}}, {}});
    const auto merged = merge_cib(live, render_cib(example_topology()));
    ASSERT_FALSE(merged);
    EXPECT_EQ(merged.error().kind, ErrorKind::conflict);
    EXPECT_THAT(merged.error().message, HasSubstr("\"vm_rot\""));
}

TEST(Merge, refuses_a_node_that_the_cluster_does_not_know) {
    Xml live = fresh_cluster();
    live.child("configuration")->child("nodes")->children.pop_back();
    const auto merged = merge_cib(live, render_cib(example_topology()));
    ASSERT_FALSE(merged);
    EXPECT_THAT(merged.error().message, HasSubstr("rz2-b"));
}

TEST(Merge, refuses_an_old_schema) {
    Xml live = fresh_cluster();
    live.set("validate-with", "pacemaker-2.10");
    const auto merged = merge_cib(live, render_cib(example_topology()));
    ASSERT_FALSE(merged);
    EXPECT_THAT(merged.error().message, HasSubstr("cibadmin --upgrade"));
}

} // namespace
} // namespace twinsite::site
