#include "tests/support/topologies.hpp"

#include <twinsite/site/aftermath.hpp>
#include <twinsite/site/cib.hpp>
#include <twinsite/site/drain.hpp>
#include <twinsite/site/interruption.hpp>

#include <gtest/gtest.h>

namespace twinsite::site {
namespace {

const Movement stop_vm{"vm_rot", MovementKind::stop, "rz1-a", "", ""};
const Movement move_vm{"vm_rosa", MovementKind::migrate, "rz1-b", "rz1-a", ""};
const Movement restart_target{"target_red", MovementKind::restart, "rz1-a", "rz1-a", ""};
const Movement fence{"rz1-b", MovementKind::fence, "", "", "peer was in an unknown state"};

Xml primitive(const char* id, const char* klass, const char* type) {
    return {
        "primitive", {{"id", id}, {"class", klass}, {"provider", "heartbeat"}, {"type", type}}, {}};
}

/// The example, applied, with resources of others: alone, in a group, in clones.
Xml shared_cluster() {
    Xml cib = render_cib(twinsite::testing::example_topology());
    Xml& resources = *cib.child("configuration")->child("resources");
    resources.add(primitive("web01", "ocf", "VirtualDomain"));
    resources.add(primitive("vm_other", "ocf", "Xen"));
    resources.add({"primitive",
                   {{"id", "their_fence"}, {"class", "stonith"}, {"type", "fence_ipmilan"}},
                   {}});
    resources.add({"group", {{"id", "service"}}, {primitive("service_ip", "ocf", "IPaddr2")}});
    resources.add({"clone", {{"id", "ping-clone"}}, {primitive("ping", "ocf", "ping")}});
    Xml& promotable =
        resources.add({"clone", {{"id", "db-clone"}}, {primitive("db", "ocf", "pgsql")}});
    promotable.add({"meta_attributes", {{"id", "m"}}, {}})
        .add({"nvpair", {{"id", "p"}, {"name", "promotable"}, {"value", "true"}}, {}});
    return cib;
}

std::vector<Movement> interruptions(const std::vector<Movement>& movements,
                                    const std::vector<Movement>& unavoidable) {
    const Xml cib = shared_cluster();
    return interruptions(movements, unavoidable, cib, cib);
}

TEST(Interruptions, are_vms_that_stop_and_nodes_that_are_fenced) {
    EXPECT_EQ(interruptions({stop_vm, move_vm, restart_target, fence}, {}),
              (std::vector<Movement>{stop_vm, fence}));
}

TEST(Interruptions, are_not_what_happens_anyway) {
    EXPECT_EQ(interruptions({stop_vm, fence}, {fence}), (std::vector<Movement>{stop_vm}));
    const Movement elsewhere{"vm_rot", MovementKind::stop, "rz2-a", "", ""};
    EXPECT_EQ(interruptions({stop_vm}, {elsewhere}), (std::vector<Movement>{stop_vm}));
}

TEST(Interruptions, are_what_others_run_and_the_change_ends) {
    const std::vector<Movement> refused{
        {"web01", MovementKind::stop, "rz1-a", "", "node availability"},
        {"web01", MovementKind::restart, "rz1-a", "rz1-b", ""},
        {"vm_other", MovementKind::stop, "rz1-a", "", ""},
        {"service_ip", MovementKind::restart, "rz1-a", "rz2-a", ""},
        {"ping", MovementKind::stop, "rz1-a", "", ""},
        {"ping", MovementKind::restart, "rz1-a", "rz1-a", ""},
        {"db", MovementKind::demote, "rz1-a", "", ""},
        {"bundle-docker-0", MovementKind::stop, "rz1-a", "", ""},
    };
    const std::vector<Movement> harmless{
        {"web01", MovementKind::migrate, "rz1-a", "rz1-b", ""},
        {"web01", MovementKind::start, "", "rz1-b", ""},
        {"their_fence", MovementKind::restart, "rz1-a", "rz1-b", ""},
        {"mirror_red", MovementKind::demote, "rz1-a", "", ""},
        {"address_red", MovementKind::restart, "rz1-a", "rz2-a", ""},
    };
    for (const Movement& movement : refused) {
        EXPECT_EQ(interruptions({movement}, {}), std::vector<Movement>{movement})
            << to_text(movement);
    }
    for (const Movement& movement : harmless) {
        EXPECT_TRUE(interruptions({movement}, {}).empty()) << to_text(movement);
    }
}

TEST(Interruptions, are_not_a_clones_instances_that_end_on_a_drained_node) {
    const Xml before = shared_cluster();
    const Xml after = with_standby(before, {"rz1-a"}, true)->cib;
    const Movement on_drained{"ping", MovementKind::stop, "rz1-a", "", "node availability"};
    const Movement elsewhere{"ping", MovementKind::stop, "rz1-b", "", "node availability"};
    const Movement promotable{"db", MovementKind::stop, "rz1-a", "", "node availability"};
    const Movement alone{"web01", MovementKind::stop, "rz1-a", "", "node availability"};
    EXPECT_EQ(interruptions({on_drained, elsewhere, promotable, alone}, {}, before, after),
              (std::vector<Movement>{elsewhere, promotable, alone}));
}

TEST(Travellers, are_vms_on_their_way_whoever_s_they_are) {
    const Movement theirs{"web01", MovementKind::migrate, "rz1-a", "rz1-b", ""};
    EXPECT_EQ(travellers({stop_vm, move_vm, theirs, restart_target, fence}),
              (std::vector<Movement>{move_vm, theirs}));
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

TEST(VmsWaiting, are_those_whose_lun_is_promoted_nowhere_any_more) {
    const Topology topology = twinsite::testing::example_topology(); // rot and rosa on red
    ClusterState before;
    before.resources["mirror_red"].running = {{"rz1-a", true}, {"rz2-a", false}};
    before.resources["vm_rot"].running = {{"rz1-a"}};
    before.resources["vm_rosa"].running = {{"rz1-b"}};
    before.resources["vm_blau"].running = {{"rz2-a"}}; // blue is not served, and was not
    const Movement demote{"mirror_red", MovementKind::demote, "rz1-a", "", ""};
    const Movement promote{"mirror_red", MovementKind::promote, "", "rz2-a", ""};
    struct Case {
        std::vector<Movement> movements;
        std::vector<std::string> dead;
        std::vector<std::string> waiting;
    };
    const std::vector<Case> cases{
        {{}, {}, {}},
        {{}, {"rz1-a"}, {"rosa"}}, // rot is down
        {{promote}, {"rz1-a"}, {}},
        {{demote}, {}, {"rot", "rosa"}},
        {{demote, promote}, {}, {}},
        {{{"rz1-a", MovementKind::fence, "", "", ""}, promote}, {}, {}},
        {{stop_vm, demote}, {}, {"rosa"}},
    };
    for (const Case& each : cases) {
        EXPECT_EQ(vms_waiting(topology, before, each.movements, each.dead), each.waiting);
    }
}

} // namespace
} // namespace twinsite::site
