#include "tests/support/topologies.hpp"

#include <twinsite/site/capacity.hpp>

#include <gtest/gtest.h>

#include <algorithm>

namespace twinsite::site {
namespace {

using Sizes = std::vector<std::int64_t>;

Packing packed(const Sizes& items, const Sizes& bins) {
    return pack(items, bins);
}

TEST(Pack, finds_a_plan) {
    EXPECT_EQ(packed({4, 2, 2}, {4, 4}), Packing::fits);
    EXPECT_EQ(packed({}, {}), Packing::fits);
}

TEST(Pack, finds_a_plan_that_best_fit_decreasing_misses) {
    // Best fit decreasing puts 6 into 7 and has no place for the last 4.
    EXPECT_EQ(packed({6, 5, 4, 3, 2}, {11, 9}), Packing::fits);
    EXPECT_EQ(packed({4, 4, 3, 3, 3, 3}, {10, 10}), Packing::fits);
}

TEST(Pack, proves_impossibility_by_sum_by_largest_item_and_by_search) {
    EXPECT_EQ(packed({5, 5}, {4, 5}), Packing::impossible);
    // The case of the facts: sums fit on average, the 4 GB VM fits nowhere.
    EXPECT_EQ(packed({4, 2}, {3, 3}), Packing::impossible);
    EXPECT_EQ(packed({3, 3, 3}, {5, 5}), Packing::impossible);
}

TEST(Pack, admits_that_it_does_not_know) {
    Sizes items(30, 3);
    Sizes bins(20, 5);
    EXPECT_EQ(packed(items, bins), Packing::no_plan_found);
}

class CapacityTest : public ::testing::Test {
protected:
    Topology topology = twinsite::testing::example_topology();
    [[nodiscard]] bool found(std::string_view code, std::string_view where) const {
        const auto findings = check_capacity(topology);
        return std::any_of(findings.begin(), findings.end(),
                           [&](const Finding& f) { return f.code == code && f.where == where; });
    }
};

TEST_F(CapacityTest, the_example_has_room) {
    EXPECT_TRUE(check_capacity(topology).empty());
    const auto report = capacity(topology);
    ASSERT_EQ(report.headroom.size(), 2U);
    // 256 MiB a host, two VMs of 16: a third must fit beside both on the survivor.
    EXPECT_EQ(report.headroom[0].largest_vm_mib, 224);
}

TEST_F(CapacityTest, host_loss_that_leaves_the_site) {
    topology.vms[0].memory_mib = 200;
    topology.vms[1].memory_mib = 200;
    EXPECT_TRUE(found("host-loss-leaves-site", "/nodes/rz1-a"));
    EXPECT_FALSE(found("host-loss-leaves-site", "/nodes/rz2-a"));
    EXPECT_FALSE(found("host-loss-does-not-fit", "/nodes/rz1-a"));
}

TEST_F(CapacityTest, host_loss_that_does_not_fit) {
    for (Vm& vm : topology.vms) {
        vm.memory_mib = 200;
    }
    EXPECT_TRUE(found("host-loss-does-not-fit", "/nodes/rz1-a"));
    EXPECT_TRUE(found("site-loss-does-not-fit", "/sites/rz2"));
}

TEST_F(CapacityTest, a_site_that_may_be_lost) {
    // 256 MiB a host: one of 100 more fits beside each VM of the other site, none of 200.
    for (Vm& vm : topology.vms) {
        vm.memory_mib = 100;
    }
    for (const char* site : {"/sites/rz1", "/sites/rz2"}) {
        EXPECT_FALSE(found("site-loss-does-not-fit", site)) << site;
    }
    topology.vms[0].memory_mib = 200;
    EXPECT_TRUE(found("site-loss-does-not-fit", "/sites/rz1"));
}

TEST_F(CapacityTest, the_largest_vm_of_each_site_by_itself) {
    topology.vms[0].memory_mib = 250;
    EXPECT_FALSE(found("largest-vm-exceeds-reserve", "/vms/blau"));
    EXPECT_FALSE(found("largest-vm-exceeds-reserve", "/vms/cyan"));
}

TEST_F(CapacityTest, the_largest_vm_needs_a_hole) {
    topology.vms[0].memory_mib = 250;
    EXPECT_TRUE(found("largest-vm-exceeds-reserve", "/vms/rot"));
    topology.vms[0].memory_mib = 100;
    EXPECT_FALSE(found("largest-vm-exceeds-reserve", "/vms/rot"));
}

TEST_F(CapacityTest, a_normal_state_that_does_not_fit) {
    EXPECT_FALSE(found("home-does-not-fit", "/sites/rz1"));
    topology.vms[0].memory_mib = 20'000;
    EXPECT_TRUE(found("home-does-not-fit", "/sites/rz1"));
    EXPECT_FALSE(found("home-does-not-fit", "/sites/rz2"));
    const Finding finding = check_capacity(topology).front();
    EXPECT_EQ(finding.severity, Severity::error);
    EXPECT_EQ(finding.problem,
              "the VMs at home in rz1 do not all fit on its hosts even when nothing fails: rot "
              "(20000 MiB) runs nowhere; that is proven (20016 MiB needed, 512 MiB there)");
    topology.nodes[2].memory_mib = 30'000; // in rz2
    EXPECT_TRUE(found("home-does-not-fit", "/sites/rz1"));
}

TEST_F(CapacityTest, what_fits_on_no_host_alone_is_proven_too) {
    // 150 + 150 + 150 into 256 + 256: the sum would fit.
    topology.vms[0].memory_mib = 150;
    topology.vms[1].memory_mib = 150;
    topology.vms.push_back(topology.vms[0]);
    topology.vms.back().name = "third";
    ASSERT_TRUE(found("home-does-not-fit", "/sites/rz1"));
    EXPECT_NE(check_capacity(topology).front().problem.find("proven"), std::string::npos);
}

TEST_F(CapacityTest, headroom_of_one_site_does_not_suffer_from_the_other) {
    for (Node& node : topology.nodes) {
        node.memory_mib = node.site == "rz2" ? 66'384 : node.memory_mib;
    }
    const std::int64_t before = capacity(topology).headroom[1].largest_vm_mib;
    topology.nodes.erase(topology.nodes.begin() + 1); // rz1-b
    topology.vms[0].memory_mib = 20'000;              // rot, on rz1-a with its 256 MiB
    const auto headroom = capacity(topology).headroom;
    EXPECT_EQ(headroom[0].site, "rz1");
    EXPECT_GT(before, 0);
    EXPECT_GT(headroom[1].largest_vm_mib, 0);
}

/// LUN red, of rot and rosa, is opened on rz1-a and rz2-a only.
class ConvergedCapacityTest : public CapacityTest {
protected:
    ConvergedCapacityTest() {
        topology.luns[0].target = {};
        topology.luns[0].address = {};
        topology.vms[0].memory_mib = 100;
        topology.vms[1].memory_mib = 100;
    }
    [[nodiscard]] LossReport loss_of(std::string_view name) const {
        const auto losses = capacity(topology).losses;
        return *std::find_if(losses.begin(), losses.end(),
                             [&](const LossReport& loss) { return loss.name == name; });
    }
};

TEST_F(ConvergedCapacityTest, its_vms_fit_beside_the_other_copy) {
    EXPECT_EQ(loss_of("rz1-a").verdict, LossVerdict::fits);
    EXPECT_TRUE(check_capacity(topology).empty());
}

TEST_F(ConvergedCapacityTest, room_on_a_host_without_a_copy_is_none) {
    topology.nodes[2].memory_mib = 384 + 90; // rz2-a
    topology.nodes[3].memory_mib = 9000;     // rz2-b
    EXPECT_TRUE(found("host-loss-does-not-fit", "/nodes/rz1-a"));
    EXPECT_TRUE(found("site-loss-does-not-fit", "/sites/rz1"));
    EXPECT_EQ(loss_of("rz1-a").reason,
              "rot needs 100 MiB on rz2-a, which has the other copy of its LUN and 90 MiB left");
}

TEST_F(CapacityTest, says_nothing_without_numbers) {
    topology.nodes[0].memory_mib = 0;
    topology.nodes[0].reserve_mib = 0;
    topology.vms[0].memory_mib = 100000;
    EXPECT_TRUE(check_capacity(topology).empty());
    EXPECT_FALSE(capacity(topology).known);
}

} // namespace
} // namespace twinsite::site
