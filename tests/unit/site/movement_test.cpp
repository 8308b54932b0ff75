#include <twinsite/site/movement.hpp>

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

} // namespace
} // namespace twinsite::site
