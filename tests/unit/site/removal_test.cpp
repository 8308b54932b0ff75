// Running resources that a change takes out are stopped before it.
#include "tests/support/topologies.hpp"

#include <twinsite/site/cib.hpp>
#include <twinsite/site/removal.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace twinsite::site {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

class RemovalTest : public ::testing::Test {
protected:
    Topology topology = twinsite::testing::example_topology();
    Xml before = render_cib(topology);
    ClusterState state;

    void runs(const std::string& id, const std::string& node) {
        state.resources[id].running.push_back({node, false});
    }
    [[nodiscard]] Removal removal() const {
        return removed_while_running(before, render_cib(topology), state);
    }
    /// A LUN and its VMs leave the topology.
    void remove_red() {
        topology.luns.erase(topology.luns.begin());
        std::erase_if(topology.vms, [](const Vm& vm) { return vm.luns.front() == "red"; });
    }
};

TEST_F(RemovalTest, what_stays_or_does_not_run_is_none) {
    runs("vm_rot", "rz1-a");
    EXPECT_TRUE(removal().empty());
    remove_red();
    state.resources.clear();
    state.resources["vm_rot"]; // known, and stopped
    EXPECT_TRUE(removal().empty());
}

TEST_F(RemovalTest, clones_and_groups_that_go_are_stopped_as_a_whole) {
    for (const char* id : {"vm_rot", "vm_blau", "mirror_red", "address_red", "target_red"}) {
        runs(id, "rz1-a");
    }
    runs("fence_rz1-a", "rz1-b");
    remove_red();
    const Removal found = removal();
    EXPECT_THAT(found.primitives,
                UnorderedElementsAre("vm_rot", "mirror_red", "address_red", "target_red"));
    EXPECT_THAT(found.resources, UnorderedElementsAre("vm_rot", "mirror_red-clone", "lun_red"));
}

TEST_F(RemovalTest, a_fence_device_needs_no_agent_to_stop) {
    runs("fence_rz1-a", "rz1-b");
    topology.nodes.erase(topology.nodes.begin());
    EXPECT_TRUE(removal().empty());
}

TEST_F(RemovalTest, stopping_changes_nothing_but_the_role) {
    runs("vm_rot", "rz1-a");
    runs("mirror_red", "rz1-a");
    remove_red();
    const std::string text = to_text(stopped_first(before, removal()));
    for (
        const char* pair :
        {R"(id="vm_rot-meta_attributes-target-role" name="target-role" value="Stopped")",
         R"(id="mirror_red-clone-meta_attributes-target-role" name="target-role" value="Stopped")"}) {
        EXPECT_THAT(text, HasSubstr(pair));
    }
    EXPECT_THAT(text, HasSubstr("twinsite-home-vm_rot"));
    const auto count = [](const std::string& in, std::string_view word) {
        std::size_t found = 0;
        for (auto at = in.find(word); at != std::string::npos; at = in.find(word, at + 1)) {
            ++found;
        }
        return found;
    };
    EXPECT_EQ(count(text, "target-role=") + count(text, "\"Stopped\""), 2U);
    EXPECT_EQ(count(text, "<nvpair"), count(to_text(before), "<nvpair") + 2);
}

TEST_F(RemovalTest, a_role_that_somebody_set_is_replaced) {
    runs("vm_rot", "rz1-a");
    topology.vms.erase(topology.vms.begin());
    const Removal found = removal();
    const Xml once = stopped_first(before, found);
    EXPECT_EQ(to_text(stopped_first(once, found)), to_text(once));
}

TEST_F(RemovalTest, tells_what_still_runs) {
    runs("vm_rot", "rz1-a");
    topology.vms.erase(topology.vms.begin());
    const Removal found = removal();
    EXPECT_EQ(still_running(found, state), "vm_rot on rz1-a");
    EXPECT_THAT(still_running(found, {}), IsEmpty());
}

} // namespace
} // namespace twinsite::site
