#include "tests/support/topologies.hpp"

#include <twinsite/site/check.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <functional>

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
struct Duplicate {
    std::string what;
    std::function<void(Topology&)> change;
    std::string where; ///< "": it is none
};

TEST(Check, duplicate_identity_of_every_kind) {
    EXPECT_FALSE(found(example_topology(), "duplicate-identity"));
    const std::vector<Duplicate> cases{
        {"iqn", [](Topology& t) { t.luns[1].target.iqn = t.luns[0].target.iqn; },
         "/luns/blue/target/iqn"},
        {"iqn with another LUN number",
         [](Topology& t) {
             t.luns[1].target.iqn = t.luns[0].target.iqn;
             t.luns[1].target.lun = 1;
         },
         "/luns/blue/target/iqn"},
        {"device", [](Topology& t) { t.luns[1].mirror.device = t.luns[0].mirror.device; },
         "/luns/blue/mirror/nodes/rz1-a"},
        {"port", [](Topology& t) { t.luns[1].mirror.port = t.luns[0].mirror.port; },
         "/luns/blue/mirror/nodes/rz2-a"},
        {"outlet", [](Topology& t) { t.nodes[1].power = {t.nodes[0].power[0]}; },
         "/nodes/rz1-b/power/0"},
        {"two nodes on a link",
         [](Topology& t) { t.nodes[1].cluster_addresses[0] = t.nodes[0].cluster_addresses[0]; },
         "/nodes/rz1-b/addresses/cluster/0"},
        {"both links of a node",
         [](Topology& t) { t.nodes[1].cluster_addresses[1] = t.nodes[1].cluster_addresses[0]; },
         "/nodes/rz1-b/addresses/cluster/1"},
        {"storage of another node",
         [](Topology& t) { t.nodes[1].storage_address = t.nodes[0].cluster_addresses[0]; },
         "/nodes/rz1-b/addresses/storage"},
        {"LUN and cluster",
         [](Topology& t) { t.luns[1].address.ip = t.nodes[0].cluster_addresses[0]; },
         "/luns/blue/address/ip"},
        {"LUN and storage", [](Topology& t) { t.nodes[0].storage_address = t.luns[0].address.ip; },
         "/luns/red/address/ip"},
        {"LUN and migration",
         [](Topology& t) { t.nodes[3].migration_address = t.luns[0].address.ip; },
         "/luns/red/address/ip"},
        {"LUN and PDU", [](Topology& t) { t.luns[0].address.ip = t.pdus[1].address; },
         "/luns/red/address/ip"},
        {"witness and node", [](Topology& t) { t.witness = t.nodes[2].cluster_addresses[1]; },
         "/witness/address"},
        {"witness and LUN", [](Topology& t) { t.witness = t.luns[0].address.ip; },
         "/luns/red/address/ip"},
        {"one address of a node for all its own uses",
         [](Topology& t) {
             t.nodes[0].storage_address = t.nodes[0].cluster_addresses[0];
             t.nodes[0].migration_address = t.nodes[0].cluster_addresses[0];
             t.nodes[1].storage_address = t.nodes[1].migration_address = "10.77.3.12";
         },
         ""},
        {"a mirror called like another's clone", [](Topology& t) { t.luns[1].name = "red-clone"; },
         "/luns/red-clone"},
        {"a node called like another's second fence device",
         [](Topology& t) {
             t.nodes[0].power.push_back({"pdu-rz2", "9"});
             t.nodes[1].name = "rz1-a_2";
         },
         "/nodes/rz1-a_2/power"},
    };
    for (const Duplicate& each : cases) {
        Topology topology = example_topology();
        each.change(topology);
        std::vector<std::string> where;
        for (const Finding& finding : check_identities(topology)) {
            where.push_back(finding.where);
        }
        EXPECT_EQ(std::find(where.begin(), where.end(), each.where) != where.end(),
                  !each.where.empty())
            << each.what;
        EXPECT_EQ(where.empty(), each.where.empty()) << each.what;
    }
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

TEST(Check, two_promoted_copies_need_protocol_c) {
    Topology topology = testing::converged_topology();
    for (const Isolation isolation : {Isolation::keep_home, Isolation::majority}) {
        topology.policy.isolation = isolation;
        for (const std::string protocol : {"A", "B", "C"}) {
            topology.luns[0].mirror.protocol = protocol;
            const auto findings = check(topology);
            EXPECT_EQ(std::count_if(findings.begin(), findings.end(),
                                    [](const Finding& finding) {
                                        return finding.where == "/luns/red/mirror/protocol";
                                    }),
                      protocol == "C" ? 0 : 1)
                << protocol;
            EXPECT_EQ(found(topology, "schema-invalid"), protocol != "C") << protocol;
        }
    }
    Topology served = example_topology(); // one copy is promoted at a time
    served.luns[0].mirror.protocol = "A";
    EXPECT_FALSE(found(served, "schema-invalid"));
}

} // namespace
} // namespace twinsite::site
