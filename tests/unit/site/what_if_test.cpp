// What the scenario directories cannot say: outcomes that are not decided, and a normal state that
// is none.
#include "tests/support/topologies.hpp"

#include <twinsite/site/what_if.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

namespace twinsite::site {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
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

} // namespace
} // namespace twinsite::site
