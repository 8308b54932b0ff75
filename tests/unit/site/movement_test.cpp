#include "tests/support/topologies.hpp"

#include <twinsite/site/aftermath.hpp>

#include <gtest/gtest.h>

namespace twinsite::site {
namespace {

const Movement stop_vm{"vm_rot", MovementKind::stop, "rz1-a", "", ""};
const Movement move_vm{"vm_rosa", MovementKind::migrate, "rz1-b", "rz1-a", ""};
const Movement restart_target{"target_red", MovementKind::restart, "rz1-a", "rz1-a", ""};
const Movement fence{"rz1-b", MovementKind::fence, "", "", "peer was in an unknown state"};

TEST(Interruptions, are_vms_that_stop_and_nodes_that_are_fenced) {
    EXPECT_EQ(interruptions({stop_vm, move_vm, restart_target, fence}, {}),
              (std::vector<Movement>{stop_vm, fence}));
}

TEST(Interruptions, are_not_what_happens_anyway) {
    EXPECT_EQ(interruptions({stop_vm, fence}, {fence}), (std::vector<Movement>{stop_vm}));
}

TEST(Travellers, are_vms_on_their_way) {
    EXPECT_EQ(travellers({stop_vm, move_vm, restart_target, fence}),
              (std::vector<Movement>{move_vm}));
}

TEST(VmsDown, are_those_that_ran_and_end_up_nowhere) {
    const Topology topology = twinsite::testing::example_topology(); // rot, rosa, blau, cyan
    ClusterState before;
    before.resources["vm_rot"].running = {{"rz1-a"}};
    before.resources["vm_rosa"].running = {{"rz1-b"}};
    before.resources["vm_blau"].running = {{"rz2-a"}};
    before.resources["vm_cyan"]; // an admin stopped it
    struct Case {
        std::vector<Movement> movements;
        std::vector<std::string> dead;
        std::vector<std::string> down;
    };
    const std::vector<Case> cases{
        {{}, {}, {}},
        {{}, {"rz1-b"}, {"rosa"}},
        {{move_vm}, {"rz1-b"}, {}},
        {{stop_vm, restart_target}, {}, {"rot"}},
        {{{"vm_rosa", MovementKind::restart, "rz1-b", "rz1-a", ""}, stop_vm}, {"rz1-b"}, {"rot"}},
    };
    for (const Case& each : cases) {
        EXPECT_EQ(vms_down(topology, before, each.movements, each.dead), each.down);
    }
}

} // namespace
} // namespace twinsite::site
