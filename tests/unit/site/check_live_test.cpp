// Findings about the cluster: each code with a case that triggers it, and the rendered, healthy
// cluster that does not.
#include "tests/support/topologies.hpp"

#include <twinsite/site/check_domain.hpp>
#include <twinsite/site/check_live.hpp>
#include <twinsite/site/check_quorum.hpp>
#include <twinsite/site/cib.hpp>
#include <twinsite/site/self_fencing.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace twinsite::site {
namespace {

using ::testing::HasSubstr;
using twinsite::testing::example_topology;

bool has(const std::vector<Finding>& findings, std::string_view code) {
    return std::any_of(findings.begin(), findings.end(),
                       [code](const Finding& finding) { return finding.code == code; });
}

class Configuration : public ::testing::Test {
protected:
    Topology topology = example_topology();
    Xml cib = render_cib(topology);

    Xml& section(std::string_view name) { return cib.child("configuration")->ensure(name); }
    [[nodiscard]] bool found(std::string_view code) const {
        return has(check_configuration(topology, cib), code);
    }
    void constraint(Xml xml) { section("constraints").add(std::move(xml)); }
    void property(std::string_view name, std::string_view value) {
        for (Xml& pair : section("crm_config").children.front().children) {
            if (pair.get("name") == name) {
                pair.set("value", value);
                return;
            }
        }
        section("crm_config")
            .children.front()
            .add({"nvpair",
                  {{"id", std::string(name)},
                   {"name", std::string(name)},
                   {"value", std::string(value)}},
                  {}});
    }
};

TEST_F(Configuration, the_rendered_one_has_only_untested_fencing) {
    for (const Topology& each : {topology, testing::converged_topology()}) {
        for (const Finding& finding : check_configuration(each, render_cib(each))) {
            EXPECT_EQ(finding.code, "fencing-untested") << finding.problem;
        }
    }
}

TEST(WitnessClients, each_node_needs_its_own_with_majority) {
    const Topology topology =
        testing::topology_from(testing::with_majority(testing::example_text()));
    EXPECT_TRUE(check_witness_clients(topology, {{1, true, true}, {2, true, true}}).empty());
    const auto findings =
        check_witness_clients(topology, {{1, true, true}, {2, false, false}, {3, true, false}});
    ASSERT_EQ(findings.size(), 2U);
    EXPECT_EQ(findings[0].code, "isolation-policy-incomplete");
    EXPECT_EQ(findings[0].where, topology.nodes[1].name);
    EXPECT_NE(findings[0].problem.find("corosync-qdevice does not run on"), std::string::npos);
    EXPECT_NE(findings[1].problem.find("does not have the witness's vote"), std::string::npos);
    EXPECT_TRUE(check_witness_clients(topology, {{99, false, false}}).empty())
        << "not a node of it";
    EXPECT_TRUE(check_witness_clients(example_topology(), {{1, false, false}}).empty());
}

TEST(TwoNode, gives_both_sides_the_quorum) {
    const Quorum quorum{.quorate = true, .two_node = true};
    for (Topology topology :
         {example_topology(), testing::converged_topology(),
          testing::topology_from(testing::with_majority(testing::example_text()))}) {
        const auto findings = check_quorum(topology, quorum);
        ASSERT_EQ(findings.size(), 1U);
        EXPECT_EQ(findings[0].code, "cluster-policy-mismatch");
        EXPECT_NE(findings[0].remedy.find("two_node: 1"), std::string::npos);
        EXPECT_TRUE(check_quorum(topology, {.quorate = true}).empty());
        topology.luns.clear();
        EXPECT_TRUE(check_quorum(topology, quorum).empty()) << "nothing that could diverge";
    }
}

TEST(Sbd, has_to_trust_the_quorum_and_to_end_in_time) {
    const Topology topology =
        testing::topology_from(testing::with_majority(testing::example_text()));
    EXPECT_TRUE(check_sbd(topology, "rz1-a", sbd_watchdog_timeout_s).empty());
    EXPECT_TRUE(check_sbd(example_topology(), "rz1-a", std::nullopt).empty()) << "keep-home";
    const auto problem = [&](std::optional<std::int64_t> seconds) {
        const auto findings = check_sbd(topology, "rz1-a", seconds);
        return findings.size() == 1 ? findings[0].problem : "";
    };
    EXPECT_NE(problem(5).find("distrusts a quorum whose witness may take 10 s"), std::string::npos);
    EXPECT_NE(problem(30).find("VMs could run on both"), std::string::npos);
    EXPECT_NE(problem(std::nullopt).find("sbd is not configured"), std::string::npos);
}

TEST_F(Configuration, constraint_infinity_on_clone) {
    constraint({"rsc_colocation",
                {{"id", "x"},
                 {"rsc", "vm_rot"},
                 {"with-rsc", "mirror_red-clone"},
                 {"node-attribute", "site"},
                 {"score", "INFINITY"}},
                {}});
    EXPECT_TRUE(found("constraint-infinity-on-clone"));
}

TEST_F(Configuration, constraint_not_soft) {
    constraint({"rsc_colocation",
                {{"id", "x"}, {"rsc", "vm_rot"}, {"with-rsc", "vm_rosa"}, {"score", "1000000"}},
                {}});
    EXPECT_TRUE(found("constraint-not-soft"));
}

TEST_F(Configuration, constraint_not_soft_for_a_place) {
    constraint({"rsc_location",
                {{"id", "x"}, {"rsc", "vm_rot"}, {"node", "rz1-a"}, {"score", "INFINITY"}},
                {}});
    EXPECT_TRUE(found("constraint-not-soft"));
}

TEST_F(Configuration, order_restarts_vm) {
    constraint({"rsc_order", {{"id", "x"}, {"first", "lun_red"}, {"then", "vm_rot"}}, {}});
    EXPECT_TRUE(found("order-restarts-vm"));
}

TEST_F(Configuration, an_optional_order_is_fine) {
    constraint({"rsc_order",
                {{"id", "x"}, {"first", "lun_red"}, {"then", "vm_rot"}, {"kind", "Optional"}},
                {}});
    EXPECT_FALSE(found("order-restarts-vm"));
}

TEST_F(Configuration, leftover_move_constraint) {
    constraint(
        {"rsc_location",
         {{"id", "cli-prefer-vm_rot"}, {"rsc", "vm_rot"}, {"node", "rz2-a"}, {"score", "INFINITY"}},
         {}});
    EXPECT_TRUE(found("leftover-move-constraint"));
    EXPECT_FALSE(found("constraint-not-soft"));
}

TEST_F(Configuration, a_move_constraint_of_somebody_else_is_his_business) {
    constraint(
        {"rsc_location",
         {{"id", "cli-prefer-web"}, {"rsc", "web"}, {"node", "rz2-a"}, {"score", "INFINITY"}},
         {}});
    EXPECT_FALSE(found("leftover-move-constraint"));
}

TEST_F(Configuration, home_beats_replica_quality) {
    Xml location{"rsc_location", {{"id", "x"}, {"rsc", "mirror_red-clone"}}, {}};
    location.add({"rule", {{"id", "r"}, {"role", "Promoted"}, {"score", "20000"}}, {}});
    constraint(location);
    EXPECT_TRUE(found("home-beats-replica-quality"));
}

TEST_F(Configuration, stickiness_defeats_failback) {
    Xml& defaults = section("rsc_defaults");
    Xml& set = defaults.add({"meta_attributes", {{"id", "d"}}, {}});
    set.add({"nvpair", {{"id", "s"}, {"name", "resource-stickiness"}, {"value", "1000"}}, {}});
    EXPECT_FALSE(found("stickiness-defeats-failback")); // twinsite's resources say their own
    for (Xml& pair :
         section("resources").child_with_id("vm_rot")->child("meta_attributes")->children) {
        if (pair.get("name") == "resource-stickiness") {
            pair.set("value", "1000");
        }
    }
    EXPECT_TRUE(found("stickiness-defeats-failback"));
    topology.policy.failback = Failback::manual;
    EXPECT_FALSE(found("stickiness-defeats-failback"));
}

TEST_F(Configuration, fencing_disabled) {
    property("stonith-enabled", "false");
    EXPECT_TRUE(found("fencing-disabled"));
}

TEST_F(Configuration, cluster_policy_mismatch) {
    EXPECT_FALSE(found("cluster-policy-mismatch"));
    property("no-quorum-policy", "stop");
    EXPECT_TRUE(found("cluster-policy-mismatch"));
    property("no-quorum-policy", "freeze");
    property("stonith-watchdog-timeout", "10s");
    EXPECT_TRUE(found("cluster-policy-mismatch"));
    property("stonith-watchdog-timeout", "0");
    EXPECT_FALSE(found("cluster-policy-mismatch"));
}

TEST_F(Configuration, a_watchdog_timeout_shorter_than_the_losing_side_may_live) {
    topology.policy.isolation = Isolation::majority;
    topology.witness = "192.0.2.9";
    property("no-quorum-policy", "suicide");
    // Four nodes: token 4.3 s, consensus 5.16 s, the witness 10 s, sbd and its watchdog 12 s.
    EXPECT_EQ(self_fencing(topology).watchdog_timeout_seconds(), 32);
    for (const char* enough : {"32s", "32", "32000ms", "1min", "1 m"}) {
        property("stonith-watchdog-timeout", enough);
        EXPECT_FALSE(found("cluster-policy-mismatch")) << enough;
    }
    for (const char* less : {"", "0", "10s", "31999ms", "soon", "-1"}) {
        property("stonith-watchdog-timeout", less);
        EXPECT_TRUE(found("cluster-policy-mismatch")) << less;
    }
}

TEST_F(Configuration, utilization_ignored) {
    property("placement-strategy", "default");
    EXPECT_TRUE(found("utilization-ignored"));
}

TEST_F(Configuration, utilization_not_offered) {
    EXPECT_FALSE(found("utilization-not-offered"));
    Xml& theirs =
        section("resources")
            .add(
                {"primitive",
                 {{"id", "theirs"}, {"class", "ocf"}, {"provider", "heartbeat"}, {"type", "Dummy"}},
                 {}});
    Xml& needs = theirs.add({"utilization", {{"id", "u"}}, {}});
    needs.add({"nvpair", {{"id", "u1"}, {"name", "hv_memory"}, {"value", "200"}}, {}});
    EXPECT_FALSE(found("utilization-not-offered"));
    needs.children[0].set("value", "300"); // the example's hosts offer 256
    EXPECT_TRUE(found("utilization-not-offered"));
    property("placement-strategy", "default");
    EXPECT_FALSE(found("utilization-not-offered"));
}

TEST_F(Configuration, fencing_tested_once_every_device_has_answered) {
    topology.nodes[0].power.push_back({"pdu-rz2", "9"});
    cib = render_cib(topology);
    EXPECT_TRUE(found("fencing-untested"));
    Xml& resources = cib.ensure("status")
                         .add({"node_state", {}, {}})
                         .add({"lrm", {}, {}})
                         .ensure("lrm_resources");
    const auto answers = [&](const std::string& device) {
        resources.add({"lrm_resource", {{"id", device}}, {}})
            .add({"lrm_rsc_op", {{"operation", "start"}, {"rc-code", "0"}}, {}});
    };
    for (const Node& node : topology.nodes) {
        answers("fence_" + node.name);
    }
    const auto untested = check_configuration(topology, cib);
    ASSERT_EQ(untested.size(), 1U);
    EXPECT_EQ(untested[0].code, "fencing-untested");
    EXPECT_EQ(untested[0].where, "fence_rz1-a_2");
    EXPECT_NE(untested[0].problem.find("pdu-rz2 behind fence_rz1-a_2"), std::string::npos);
    answers("fence_rz1-a_2");
    EXPECT_FALSE(found("fencing-untested"));
}

/// Everything at home and well.
ClusterState healthy(const Topology& topology) {
    ClusterState state;
    state.quorate = true;
    for (const Node& node : topology.nodes) {
        NodeState live;
        live.name = node.name;
        live.online = true;
        live.attributes = {{"site", node.site}};
        if (node.storage) {
            live.attributes["master-mirror_red"] = "10000";
            live.attributes["master-mirror_blue"] = "10000";
        }
        state.nodes.push_back(live);
    }
    const auto put = [&](const std::string& id, std::vector<Instance> where) {
        state.resources[id] = {.id = id, .running = std::move(where), .pending = ""};
    };
    put("mirror_red", {{"rz1-a", true}, {"rz2-a", false}});
    put("mirror_blue", {{"rz1-a", false}, {"rz2-a", true}});
    for (const char* id : {"address_red", "target_red", "vm_rot"}) {
        put(id, {{"rz1-a", false}});
    }
    for (const char* id : {"address_blue", "target_blue", "vm_blau"}) {
        put(id, {{"rz2-a", false}});
    }
    put("vm_rosa", {{"rz1-b", false}});
    put("vm_cyan", {{"rz2-b", false}});
    return state;
}

class State : public ::testing::Test {
protected:
    Topology topology = example_topology();
    ClusterState state = healthy(topology);
    [[nodiscard]] bool found(std::string_view code) const {
        return has(check_state(topology, state), code);
    }
};

TEST_F(State, everything_at_home_has_no_finding) {
    EXPECT_TRUE(check_state(topology, state).empty());
}

TEST_F(State, node_without_site_attribute) {
    state.nodes[1].attributes.erase("site");
    EXPECT_TRUE(found("node-without-site-attribute"));
}

TEST_F(State, node_with_the_wrong_site) {
    state.nodes[1].attributes["site"] = "rz2";
    EXPECT_TRUE(found("node-without-site-attribute"));
}

TEST_F(State, vm_away_from_home_and_apart_from_its_lun) {
    state.resources["vm_rosa"].running = {{"rz2-b", false}};
    EXPECT_TRUE(found("vm-away-from-home"));
    EXPECT_TRUE(found("vm-and-lun-apart"));
    EXPECT_FALSE(found("lun-away-from-home"));
}

TEST_F(State, lun_away_from_home) {
    state.resources["mirror_red"].running = {{"rz1-a", false}, {"rz2-a", true}};
    EXPECT_TRUE(found("lun-away-from-home"));
}

/// The remedy must not promise what the failback policy does not do (contract.FailbackTest.*).
TEST_F(State, says_what_brings_it_home) {
    const auto remedy = [&](std::string_view code) {
        const auto findings = check_state(topology, state);
        const auto found =
            std::find_if(findings.begin(), findings.end(),
                         [&](const Finding& finding) { return finding.code == code; });
        return found == findings.end() ? "nothing found" : found->remedy;
    };
    state.resources["vm_rot"].running = {{"rz2-b", false}};
    const std::string_view lun = "lun-away-from-home";
    const std::string_view vm = "vm-away-from-home";
    const struct {
        Failback failback;
        bool follows;
        bool lun_away;
        std::string_view code;
        std::string_view says;
    } cases[]{
        {Failback::automatic, true, true, lun, "returns by itself"},
        {Failback::window, true, true, lun, "returns in the failback window 22:00-05:00"},
        {Failback::manual, true, true, lun, "manual: it stays there. To send all home"},
        {Failback::automatic, true, true, vm, "returns by itself"},
        {Failback::window, true, true, vm, "with its LUN red, in the failback window 22:00-05:00"},
        {Failback::manual, true, true, vm, "manual: it stays with its LUN red. To send all home"},
        {Failback::automatic, true, false, vm, "returns by itself"},
        {Failback::window, true, false, vm, "returns by itself"},
        {Failback::manual, true, false, vm, "returns by itself"},
        {Failback::automatic, false, false, vm, "returns by itself"},
        {Failback::window, false, false, vm, "It returns in the failback window"},
        {Failback::manual, false, true, vm, "manual: it stays there. To send all home"},
    };
    for (const auto& each : cases) {
        topology.policy.failback = each.failback;
        topology.policy.window = "22:00-05:00";
        topology.policy.vm_follows_lun = each.follows;
        state.resources["mirror_red"].running = {{"rz1-a", !each.lun_away},
                                                 {"rz2-a", each.lun_away}};
        EXPECT_NE(remedy(each.code).find(each.says), std::string::npos)
            << each.says << ": " << remedy(each.code);
    }
    state.resources["vm_rot"].running.clear();
    EXPECT_NE(remedy(vm).find("returns by itself"), std::string::npos) << "nothing holds it";
}

TEST_F(State, mirror_degraded) {
    state.nodes[2].attributes["master-mirror_red"] = "-INFINITY";
    EXPECT_TRUE(found("mirror-degraded"));
}

TEST_F(State, mirror_split_brain) {
    state.nodes[2].attributes["mirror-split-red"] = "1";
    EXPECT_TRUE(found("mirror-split-brain"));
    state.nodes[2].attributes["mirror-split-red"] = "0";
    EXPECT_FALSE(found("mirror-split-brain"));
}

TEST_F(State, a_split_brain_tells_which_side_was_promoted_when) {
    const auto told = [&](const std::string& marker) {
        state.nodes[2].attributes["mirror-split-red"] = marker;
        for (const Finding& finding : check_state(topology, state)) {
            if (finding.code == "mirror-split-brain") {
                return finding.problem;
            }
        }
        return std::string();
    };
    const std::string begin = "1700000000 1:2:3:4 Primary 3072";
    EXPECT_THAT(told(begin), HasSubstr("was Primary and wrote 3072 KiB since"));
    EXPECT_THAT(told(begin + " DFC5"), HasSubstr("since (last common generation DFC5)"));
    const std::string all = told(begin + " DFC5 Secondary@1690000000,Primary@1690086400");
    EXPECT_THAT(all, HasSubstr("(last common generation DFC5; Secondary since 2023-07-2"));
    EXPECT_THAT(all, HasSubstr(", Primary since 2023-07-2"));
    EXPECT_THAT(told(begin + " unknown Primary@1690086400"),
                HasSubstr("since (Primary since 2023-07-2"));
    EXPECT_THAT(told(begin + " unknown Primary@never,@,"), ::testing::EndsWith("3072 KiB since"));
}

/// A ban of DRBD's handler on red, in an otherwise rendered cluster.
class Ban : public State {
protected:
    [[nodiscard]] bool reported(const std::string& id) const {
        Xml cib = render_cib(topology);
        cib.child("configuration")
            ->ensure("constraints")
            .add({"rsc_location", {{"id", id}, {"rsc", "mirror_red-clone"}}, {}});
        return has(check_cluster(topology, cib, state), "leftover-fence-constraint");
    }
};

TEST_F(Ban, left_over_when_all_copies_are_whole) {
    EXPECT_TRUE(reported("twinsite-mirror-fence-red"));
    EXPECT_TRUE(reported("drbd-fence-by-handler-red-mirror_red-clone"));
    EXPECT_FALSE(reported("twinsite-red-home"));
}

TEST_F(Ban, in_its_place_while_a_copy_is_behind) {
    state.nodes[2].attributes["master-mirror_red"] = "-INFINITY";
    EXPECT_FALSE(reported("twinsite-mirror-fence-red"));
    EXPECT_FALSE(reported("drbd-fence-by-handler-red-mirror_red-clone"));
}

TEST_F(Ban, in_its_place_while_a_node_is_away) {
    state.nodes[2].online = false;
    EXPECT_FALSE(reported("twinsite-mirror-fence-red"));
}

TEST_F(Ban, in_its_place_while_the_mirror_does_not_run_there) {
    state.resources["mirror_red"].running = {{"rz1-a", true}};
    EXPECT_FALSE(reported("twinsite-mirror-fence-red"));
}

TEST_F(State, an_unclean_node_makes_its_vms_unknown) {
    state.nodes[1].unclean = true;
    const auto findings = check_state(topology, state);
    EXPECT_TRUE(has(findings, "vm-away-from-home"));
}

TEST(MirrorOptions, drbd_policy_mismatch) {
    const Topology topology = example_topology();
    EXPECT_TRUE(check_mirror_options(topology, {{"red", "resource-only"}}).empty());
    EXPECT_TRUE(has(check_mirror_options(topology, {{"red", "resource-and-stonith"}}),
                    "drbd-policy-mismatch"));
}

class Domain : public ::testing::Test {
protected:
    Topology topology = example_topology();
    Xml domain{"domain", {}, {}};
    void SetUp() override {
        domain.add({"memory", {{"unit", "MiB"}}, {}, "16"});
        disk({"source",
              {{"protocol", "iscsi"}, {"name", "iqn.2026-11.example:red/0"}},
              {{"host", {{"name", "10.77.2.101"}, {"port", "3260"}}, {}}}});
    }
    void disk(Xml source, const std::string& device = "disk") {
        Xml& xml = domain.ensure("devices").add({"disk", {{"device", device}}, {}});
        xml.add(std::move(source));
    }
    [[nodiscard]] std::vector<Finding> findings() const {
        return check_domain(topology, topology.vms[0], domain);
    }
};

TEST_F(Domain, on_its_lun_is_fine) {
    EXPECT_TRUE(findings().empty());
}

TEST_F(Domain, vm_disk_not_on_lun) {
    disk({"source", {{"file", "/var/lib/libvirt/images/x.img"}}, {}});
    EXPECT_TRUE(has(findings(), "vm-disk-not-on-lun"));
}

TEST_F(Domain, a_disk_on_another_vms_lun_is_not_on_its_lun) {
    disk({"source",
          {{"protocol", "iscsi"}, {"name", "iqn.2026-11.example:blue/0"}},
          {{"host", {{"name", "10.77.2.102"}}, {}}}});
    EXPECT_TRUE(has(findings(), "vm-disk-not-on-lun"));
}

TEST_F(Domain, a_cd_drive_is_no_disk) {
    disk({"source", {{"file", "/x.iso"}}, {}}, "cdrom");
    EXPECT_TRUE(findings().empty());
}

TEST_F(Domain, its_lun_is_told_from_everything_that_looks_like_it) {
    const std::string session = "/dev/disk/by-path/ip-10.77.2.101:3260-iscsi-";
    const struct {
        std::string device;
        bool with_target;
        bool converged;
    } cases[]{
        {session + "iqn.2026-11.example:red-lun-0", true, false},
        {session + "iqn.2026-11.example:red-lun-0-part2", true, false},
        {"/dev/disk/by-path/pci-0000:05:00.0-" + session.substr(18) +
             "iqn.2026-11.example:red-lun-0",
         true, false},
        {session + "iqn.2026-11.example:red-lun-05", false, false},
        {session + "iqn.2026-11.example:red-lun-1", false, false},
        {session + "iqn.2026-11.example:red-lun-0-partial", false, false},
        {session + "iqn.2026-11.example:redder-lun-0", false, false},
        {"/dev/disk/by-path/ip-192.0.2.7:3260-iscsi-iqn.2026-11.example:red-lun-0", false, false},
        {"/dev/disk/by-path/ip-110.77.2.101:3260-iscsi-iqn.2026-11.example:red-lun-0", false,
         false},
        {"/dev/drbd0", false, true},
        {"/dev/drbd/by-res/red/0", false, true},
        {"/dev/drbd/by-res/red", false, true},
        {"/dev/drbd/by-res/red/1", false, false},
        {"/dev/drbd/by-res/blue/0", false, false},
        {"/dev/drbd1", false, false},
        {"/dev/drbd00", false, false},
        {"", false, false}};
    const Topology converged = testing::converged_topology();
    for (const auto& each : cases) {
        Xml with_one_disk{"domain", {}, {}};
        with_one_disk.ensure("devices")
            .add({"disk", {{"device", "disk"}}, {}})
            .add({"source", {{"dev", each.device}}, {}});
        EXPECT_EQ(check_domain(topology, topology.vms[0], with_one_disk).empty(), each.with_target)
            << each.device;
        EXPECT_EQ(check_domain(converged, converged.vms[0], with_one_disk).empty(), each.converged)
            << each.device << " (converged)";
    }
}

TEST_F(Domain, the_mirror_device_of_a_lun_with_a_target_names_the_target_to_use) {
    disk({"source", {{"dev", "/dev/drbd0"}}, {}});
    ASSERT_EQ(findings().size(), 1U);
    EXPECT_EQ(findings()[0].code, "vm-disk-not-on-lun");
    EXPECT_NE(findings()[0].remedy.find("iqn.2026-11.example:red/0"), std::string::npos);
}

TEST_F(Domain, memory_in_every_unit) {
    const struct {
        const char* unit;
        const char* amount;
        const char* says; ///< "": nothing
    } cases[]{{"GB", "4", "may use 3815 MiB"},
              {"TiB", "1", "may use 1048576 MiB"},
              {"gib", "1", "may use 1024 MiB"},
              {"KiB", "16385", "may use 17 MiB"},
              {"", "16384", ""},
              {"mb", "16", ""},
              {"bytes", "16777216", ""},
              {"stones", "1", "\"stones\" is no unit"},
              {"MiB", "much", "\"much\" is not a whole number"}};
    for (const auto& each : cases) {
        *domain.child("memory") = {"memory", {{"unit", each.unit}}, {}, each.amount};
        const auto found = findings();
        ASSERT_EQ(found.empty(), std::string(each.says).empty()) << each.unit;
        if (!found.empty()) {
            EXPECT_NE(found[0].problem.find(each.says), std::string::npos) << found[0].problem;
        }
    }
}

TEST_F(Domain, balloon_enabled) {
    domain.add({"currentMemory", {{"unit", "KiB"}}, {}, "8192"});
    EXPECT_TRUE(has(findings(), "balloon-enabled"));
    domain.child("devices")->add({"memballoon", {{"model", "none"}}, {}});
    EXPECT_FALSE(has(findings(), "balloon-enabled"));
}

TEST_F(Domain, more_memory_than_the_topology_counts) {
    domain.child("memory")->text = "32";
    EXPECT_TRUE(has(findings(), "balloon-enabled"));
}

} // namespace
} // namespace twinsite::site
