// What the scenario directories cannot say: outcomes that are not decided, and a normal state that
// is none.
#include "tests/support/topologies.hpp"

#include <twinsite/site/what_if.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace twinsite::site {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using twinsite::testing::example_topology;

/// Each host of the example has 256 MiB for VMs.
Topology full_topology() {
    Topology topology = example_topology();
    for (Vm& vm : topology.vms) {
        vm.memory_mib = 200;
        vm.priority = 5;
    }
    return topology;
}

VmOutcome outcome_of(const Outcome& outcome, std::string_view vm) {
    const auto found = std::find_if(outcome.vms.begin(), outcome.vms.end(),
                                    [vm](const VmOutcome& each) { return each.vm == vm; });
    return found == outcome.vms.end() ? VmOutcome{} : *found;
}

TEST(WhatIf, says_that_pacemaker_chooses_among_vms_of_one_priority) {
    const Failure failure{.nodes = {"rz1-b"}};
    EXPECT_THAT(what_if(full_topology(), failure).remarks,
                ElementsAre(HasSubstr("not room for all VMs of priority 5")));
    EXPECT_THAT(what_if(example_topology(), failure).remarks, IsEmpty());
}

TEST(WhatIf, does_not_say_so_where_priorities_decide) {
    Topology topology = full_topology();
    for (std::size_t i = 0; i < topology.vms.size(); ++i) {
        topology.vms[i].priority = static_cast<std::int64_t>(i);
    }
    EXPECT_THAT(what_if(topology, {.nodes = {"rz1-b"}}).remarks, IsEmpty());
}

TEST(WhatIf, a_vm_that_fits_nowhere_runs_nowhere) {
    Topology topology = example_topology();
    topology.vms[0].memory_mib = 9999;
    const VmOutcome rot = outcome_of(what_if(topology, {}), "rot");
    EXPECT_EQ(rot.fate, VmFate::stops);
    EXPECT_EQ(rot.from, "");
    EXPECT_EQ(rot.to, "");
    EXPECT_THAT(rot.reason, HasSubstr("9999 MiB left, even when nothing fails"));
}

TEST(WhatIf, a_vm_that_home_has_no_room_for_runs_in_the_other_site) {
    Topology topology = example_topology();
    topology.nodes[2].memory_mib = 4096;
    topology.vms[0].memory_mib = 2000;
    const VmOutcome rot = outcome_of(what_if(topology, {}), "rot");
    EXPECT_EQ(rot.fate, VmFate::stays);
    EXPECT_EQ(rot.to, "rz2-a");
    EXPECT_THAT(rot.reason, HasSubstr("no host of rz1 has room"));
    topology.policy.overflow = false;
    EXPECT_EQ(outcome_of(what_if(topology, {}), "rot").fate, VmFate::stops);
}

/// red is converged: rot runs on a node that holds a copy.
Topology converged_topology() {
    Topology topology = example_topology();
    topology.luns[0].target = {};
    topology.luns[0].address = {};
    return topology;
}

struct ConvergedCase {
    std::string name;
    bool witness = false;
    Isolation isolation = Isolation::keep_home;
    Failure failure;
    LunFate lun = LunFate::stays;
    std::vector<std::string> promoted_on = {};
    std::vector<std::string> stands_on = {};
    VmFate rot = VmFate::stays;
    std::string rot_on;
};

class ConvergedLun : public ::testing::TestWithParam<ConvergedCase> {};

TEST_P(ConvergedLun, writes_where_the_other_side_is_proven_dead) {
    const ConvergedCase& each = GetParam();
    Topology topology = converged_topology();
    topology.witness = each.witness ? "192.0.2.9" : "";
    topology.policy.isolation = each.isolation;
    for (Node& node : topology.nodes) {
        node.watchdog = "/dev/watchdog";
    }
    const Outcome outcome = what_if(topology, each.failure);
    const LunOutcome& red = outcome.luns[0];
    EXPECT_EQ(to_string(red.fate), to_string(each.lun));
    EXPECT_EQ(red.promoted_on, each.promoted_on);
    EXPECT_EQ(red.stands_on, each.stands_on);
    const VmOutcome rot = outcome_of(outcome, "rot");
    EXPECT_EQ(to_string(rot.fate), to_string(each.rot));
    EXPECT_EQ(rot.to, each.rot_on);
    EXPECT_THAT(written_on_both_sides(topology, outcome), Not(Contains("red")));
    if (each.rot == VmFate::waits) {
        EXPECT_EQ(rot.reason, "I/O stands until the other side is fenced");
    }
}

INSTANTIATE_TEST_SUITE_P(
    Cases, ConvergedLun,
    ::testing::Values(ConvergedCase{.name = "nothing_fails",
                                    .failure = {},
                                    .promoted_on = {"rz1-a", "rz2-a"},
                                    .rot_on = "rz1-a"},
                      ConvergedCase{.name = "cut",
                                    .failure = {.link = true},
                                    .lun = LunFate::stands,
                                    .stands_on = {"rz1-a", "rz2-a"},
                                    .rot = VmFate::waits,
                                    .rot_on = "rz1-a"},
                      ConvergedCase{.name = "cut_with_a_witness",
                                    .witness = true,
                                    .failure = {.link = true},
                                    .promoted_on = {"rz1-a"},
                                    .stands_on = {"rz2-a"},
                                    .rot_on = "rz1-a"},
                      ConvergedCase{.name = "cut_that_home_loses",
                                    .witness = true,
                                    .failure = {.nodes = {"rz1-b"}, .link = true},
                                    .lun = LunFate::moves,
                                    .promoted_on = {"rz2-a"},
                                    .stands_on = {"rz1-a"},
                                    .rot = VmFate::waits,
                                    .rot_on = "rz1-a"},
                      ConvergedCase{.name = "cut_under_majority_that_home_loses",
                                    .witness = true,
                                    .isolation = Isolation::majority,
                                    .failure = {.nodes = {"rz1-b"}, .link = true},
                                    .lun = LunFate::moves,
                                    .promoted_on = {"rz2-a"},
                                    .rot = VmFate::restarts,
                                    .rot_on = "rz2-a"},
                      ConvergedCase{.name = "host_dies",
                                    .failure = {.nodes = {"rz1-a"}},
                                    .lun = LunFate::moves,
                                    .promoted_on = {"rz2-a"},
                                    .rot = VmFate::restarts,
                                    .rot_on = "rz2-a"},
                      ConvergedCase{.name = "storage_fails",
                                    .failure = {.storage = {"rz1-a"}},
                                    .lun = LunFate::moves,
                                    .promoted_on = {"rz2-a"},
                                    .rot = VmFate::restarts,
                                    .rot_on = "rz2-a"},
                      ConvergedCase{.name = "site_dies_without_a_third_vote",
                                    .failure = {.sites = {"rz2"}},
                                    .lun = LunFate::stands,
                                    .stands_on = {"rz1-a"},
                                    .rot = VmFate::waits,
                                    .rot_on = "rz1-a"},
                      ConvergedCase{.name = "site_dies_and_go_live",
                                    .failure = {.sites = {"rz2"}, .confirmed_dead = {"rz2"}},
                                    .promoted_on = {"rz1-a"},
                                    .rot_on = "rz1-a"},
                      ConvergedCase{.name = "false_go_live_in_a_cut",
                                    .failure = {.link = true, .confirmed_dead = {"rz2"}},
                                    .promoted_on = {"rz1-a"},
                                    .stands_on = {"rz2-a"},
                                    .rot_on = "rz1-a"}),
    [](const auto& each) { return each.param.name; });

TEST(WhatIf, the_vm_of_a_converged_lun_runs_on_no_host_without_a_copy) {
    Topology topology = converged_topology();
    EXPECT_EQ(outcome_of(what_if(topology, {}), "rosa").to, "rz1-a"); // not rz1-b
    topology.vms[0].memory_mib = 200;
    topology.vms[1].memory_mib = 200;
    EXPECT_EQ(outcome_of(what_if(topology, {}), "rosa").to, "rz2-a");
}

} // namespace
} // namespace twinsite::site
