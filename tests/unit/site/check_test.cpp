#include "tests/support/topologies.hpp"

#include <twinsite/site/check.hpp>

#include <gtest/gtest.h>

#include <algorithm>

namespace twinsite::site {
namespace {

using twinsite::testing::example_topology;

bool found(const Topology& topology, std::string_view code, std::string_view where = {}) {
    const auto findings = check(topology);
    return std::any_of(findings.begin(), findings.end(), [&](const Finding& finding) {
        return finding.code == code && (where.empty() || finding.where == where);
    });
}

TEST(Check, has_only_a_notice_for_the_example) {
    const auto findings = check(example_topology());
    ASSERT_EQ(findings.size(), 1U);
    EXPECT_EQ(findings[0].code, "no-third-vote");
    EXPECT_EQ(findings[0].severity, Severity::notice);
}

TEST(Check, no_third_vote_is_silent_with_a_witness) {
    Topology topology = example_topology();
    topology.witness = "192.0.2.9";
    EXPECT_FALSE(found(topology, "no-third-vote"));
}

TEST(Check, a_converged_lun_needs_a_third_vote_under_keep_home) {
    Topology topology = example_topology();
    EXPECT_FALSE(found(topology, "isolation-policy-incomplete"));
    topology.luns[0].target = {};
    topology.luns[0].address = {};
    EXPECT_TRUE(found(topology, "isolation-policy-incomplete", "/luns/red"));
    EXPECT_FALSE(found(topology, "isolation-policy-incomplete", "/luns/blue"));
    topology.witness = "192.0.2.9";
    EXPECT_FALSE(found(topology, "isolation-policy-incomplete"));
}

TEST(Check, duplicate_identity_of_every_kind) {
    Topology topology = example_topology();
    EXPECT_FALSE(found(topology, "duplicate-identity"));
    topology.luns[1].target.iqn = topology.luns[0].target.iqn;
    EXPECT_TRUE(found(topology, "duplicate-identity", "/luns/blue/target/iqn"));
    topology = example_topology();
    topology.luns[1].mirror.device = topology.luns[0].mirror.device;
    EXPECT_TRUE(found(topology, "duplicate-identity", "/luns/blue/mirror/nodes/rz1-a"));
    topology = example_topology();
    topology.luns[1].mirror.port = topology.luns[0].mirror.port;
    EXPECT_TRUE(found(topology, "duplicate-identity", "/luns/blue/mirror/nodes/rz2-a"));
    topology = example_topology();
    topology.luns[1].address.ip = topology.nodes[0].cluster_addresses[0];
    EXPECT_TRUE(found(topology, "duplicate-identity", "/luns/blue/address/ip"));
    topology = example_topology();
    topology.nodes[1].power = {topology.nodes[0].power[0]};
    EXPECT_TRUE(found(topology, "duplicate-identity", "/nodes/rz1-b/power/0"));
}

TEST(Check, node_without_power) {
    Topology topology = example_topology();
    EXPECT_FALSE(found(topology, "node-without-power"));
    topology.nodes[1].power.clear();
    EXPECT_TRUE(found(topology, "node-without-power", "/nodes/rz1-b/power"));
}

TEST(Check, node_power_shared_only_with_other_site) {
    Topology topology = example_topology();
    EXPECT_FALSE(found(topology, "node-power-shared-only-with-other-site"));
    topology.nodes[1].power = {{"pdu-rz2", "9"}};
    EXPECT_TRUE(found(topology, "node-power-shared-only-with-other-site"));
    topology.nodes[1].power.push_back({"pdu-rz1", "9"});
    EXPECT_FALSE(found(topology, "node-power-shared-only-with-other-site"));
}

TEST(Check, a_lun_with_vms_of_both_sites) {
    Topology topology = example_topology();
    EXPECT_FALSE(found(topology, "lun-not-site-pure"));
    EXPECT_FALSE(found(topology, "vm-lun-site-mismatch"));
    topology.vms[1].home = "rz2";
    EXPECT_TRUE(found(topology, "lun-not-site-pure", "/luns/red"));
    EXPECT_TRUE(found(topology, "vm-lun-site-mismatch", "/vms/rosa/home"));
}

TEST(Check, a_vm_with_luns_of_several_sites) {
    Topology topology = example_topology();
    EXPECT_FALSE(found(topology, "vm-luns-of-several-sites"));
    topology.vms[0].luns = {"red", "blue"};
    EXPECT_TRUE(found(topology, "vm-luns-of-several-sites", "/vms/rot/luns"));
}

TEST(Check, a_mirror_inside_one_site) {
    Topology topology = example_topology();
    EXPECT_FALSE(found(topology, "mirror-not-across-sites"));
    topology.luns[0].mirror.replicas[1].node = "rz1-b";
    EXPECT_TRUE(found(topology, "mirror-not-across-sites", "/luns/red/mirror/nodes"));
    EXPECT_FALSE(found(topology, "mirror-home-has-no-replica"));
    topology.luns[0].home = "rz2";
    EXPECT_TRUE(found(topology, "mirror-home-has-no-replica", "/luns/red/mirror/nodes"));
}

TEST(Check, majority_needs_witness_watchdogs_and_protocol_c) {
    Topology topology = example_topology();
    EXPECT_FALSE(found(topology, "isolation-policy-incomplete"));
    topology.policy.isolation = Isolation::majority;
    EXPECT_TRUE(found(topology, "isolation-policy-incomplete", "/witness"));
    EXPECT_TRUE(found(topology, "isolation-policy-incomplete", "/nodes/rz2-b"));
    topology.witness = "192.0.2.9";
    for (Node& node : topology.nodes) {
        node.watchdog = "/dev/watchdog";
    }
    EXPECT_FALSE(found(topology, "isolation-policy-incomplete"));
    topology.luns[0].mirror.protocol = "A";
    EXPECT_TRUE(found(topology, "isolation-policy-incomplete", "/luns/red/mirror/protocol"));
}

} // namespace
} // namespace twinsite::site
