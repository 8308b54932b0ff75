// Moves, drains, go-live and split brains: what is planned, and what is refused.
#include "tests/support/topologies.hpp"

#include <twinsite/site/drain.hpp>
#include <twinsite/site/go_live.hpp>
#include <twinsite/site/move.hpp>
#include <twinsite/site/resolve.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace twinsite::site {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using twinsite::testing::example_topology;

TEST(Move, a_vm_does_not_leave_its_lun_behind) {
    const auto alone = move_vm(example_topology(), "rot", "rz2", false);
    ASSERT_FALSE(alone);
    EXPECT_EQ(alone.error().kind, ErrorKind::conflict);
    EXPECT_THAT(alone.error().message, HasSubstr("--with-lun"));
}

TEST(Move, a_lun_takes_all_its_vms_along) {
    const auto change = move_vm(example_topology(), "rot", "rz2", true);
    ASSERT_TRUE(change);
    EXPECT_THAT(change->luns, ElementsAre("red"));
    EXPECT_THAT(change->vms, ElementsAre("rosa", "rot"));
}

TEST(Move, luns_that_share_a_vm_go_together) {
    Topology topology = example_topology();
    topology.vms[1].luns = {"red", "blue"};
    const auto change = move_lun(topology, "red", "rz2");
    ASSERT_TRUE(change);
    EXPECT_THAT(change->luns, ElementsAre("blue", "red"));
    EXPECT_THAT(change->vms, ElementsAre("blau", "cyan", "rosa", "rot"));
}

TEST(Move, unknown_names_are_refused) {
    EXPECT_EQ(move_vm(example_topology(), "root", "rz2", true).error().kind,
              ErrorKind::invalid_config);
    EXPECT_EQ(move_lun(example_topology(), "red", "rz3").error().kind, ErrorKind::invalid_config);
}

ClusterState state_of(const Topology& topology) {
    ClusterState state;
    for (const Node& node : topology.nodes) {
        NodeState live;
        live.name = node.name;
        live.online = true;
        live.attributes = {{"master-mirror_red", "10000"}, {"master-mirror_blue", "10000"}};
        state.nodes.push_back(live);
    }
    for (const char* mirror : {"mirror_red", "mirror_blue"}) {
        state.resources[mirror] = {
            .id = mirror, .running = {{"rz1-a", true}, {"rz2-a", false}}, .pending = ""};
    }
    return state;
}

TEST(Drain, the_last_good_copy_is_not_drained) {
    const Topology topology = example_topology();
    ClusterState state = state_of(topology);
    EXPECT_EQ(last_copy_on(topology, state, {"rz1-a"}), "");
    state.nodes[2].attributes["master-mirror_red"] = "-INFINITY";
    EXPECT_THAT(last_copy_on(topology, state, {"rz1-a"}), HasSubstr("red"));
    EXPECT_EQ(last_copy_on(topology, state, {"rz1-b"}), "");
}

/// A cluster of one node, rz1-a, whose attribute sets hold PAIRS.
Xml node_with(std::vector<Xml> pairs) {
    Xml cib{"cib", {}, {}};
    Xml& node = cib.add({"configuration", {}, {}})
                    .add({"nodes", {}, {}})
                    .add({"node", {{"id", "7"}, {"uname", "rz1-a"}}, {}});
    node.add({"instance_attributes", {{"id", "nodes-7"}}, std::move(pairs)});
    return cib;
}

Xml standby_by_hand(const char* value) {
    return {"nvpair", {{"id", "nodes-7-standby"}, {"name", "standby"}, {"value", value}}, {}};
}

TEST(Drain, standby_is_set_and_taken_back) {
    const Xml cib = node_with({});
    const auto drained = with_standby(cib, {"rz1-a"}, true);
    ASSERT_TRUE(drained);
    EXPECT_THAT(to_text(drained->cib), HasSubstr("name=\"standby\" value=\"on\""));
    EXPECT_THAT(nodes_in_standby(drained->cib), ElementsAre("rz1-a"));
    EXPECT_EQ(with_standby(drained->cib, {"rz1-a"}, true)->cib, drained->cib);
    const auto back = with_standby(drained->cib, {"rz1-a"}, false);
    EXPECT_EQ(back->cib, cib);
    EXPECT_TRUE(back->left.empty());
    EXPECT_FALSE(with_standby(cib, {"rz9"}, true));
}

TEST(Drain, a_standby_set_by_hand_is_neither_taken_over_nor_back) {
    for (const char* word : {"on", "true", "Yes"}) {
        const Xml cib = node_with({standby_by_hand(word)});
        for (const bool away : {true, false}) {
            const auto change = with_standby(cib, {"rz1-a"}, away);
            ASSERT_TRUE(change);
            EXPECT_EQ(change->cib, cib) << word;
            EXPECT_THAT(change->left, ElementsAre("rz1-a")) << word;
        }
    }
}

TEST(Drain, a_node_that_a_hand_took_out_of_standby_is_drained_anew) {
    const auto drained = with_standby(node_with({standby_by_hand("off")}), {"rz1-a"}, true);
    EXPECT_THAT(nodes_in_standby(drained->cib), ElementsAre("rz1-a"));
    EXPECT_TRUE(drained->left.empty());
    EXPECT_TRUE(nodes_in_standby(with_standby(drained->cib, {"rz1-a"}, false)->cib).empty());
}

TEST(GoLiveTest, is_refused_while_the_other_site_is_a_member) {
    const Topology topology = example_topology();
    ClusterState state = state_of(topology);
    const auto refused = plan_go_live(topology, state, "rz1");
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().kind, ErrorKind::conflict);
    for (std::size_t i : {2U, 3U}) {
        state.nodes[i].online = false;
        state.nodes[i].unclean = true;
    }
    const auto plan = plan_go_live(topology, state, "rz1");
    ASSERT_TRUE(plan) << plan.error().message;
    EXPECT_THAT(plan->dead, ElementsAre("rz2-a", "rz2-b"));
    EXPECT_EQ(plan->votes, 2U);
    ASSERT_EQ(plan->takes_over.size(), 1U);
    EXPECT_THAT(plan->takes_over[0], HasSubstr("blue on rz1-a"));
    EXPECT_FALSE(plan_go_live(topology, state, "rz2"));
}

class ResolveTest : public ::testing::Test {
protected:
    Topology topology = example_topology();
    CopyFacts split{.configured = true,
                    .connected = false,
                    .refuses_peer = true,
                    .up_to_date = true,
                    .promoted = false,
                    .written_kib = 0};
    [[nodiscard]] Resolution on(const std::string& node, const std::string& keep = {}) const {
        return resolve(topology, topology.luns[0], node, split, keep);
    }
};

TEST_F(ResolveTest, the_copy_at_home_survives) {
    EXPECT_EQ(on("rz1-a").verdict, Verdict::keep_this);
    const Resolution victim = on("rz2-a");
    EXPECT_EQ(victim.verdict, Verdict::discard_this);
    // It stands alone: DRBD 8.4 fails a disconnect with "unknown connection".
    EXPECT_THAT(victim.commands,
                ElementsAre(ElementsAre("drbdadm", "connect", "--discard-my-data", "red")));
}

TEST_F(ResolveTest, a_copy_that_still_waits_for_its_peer_is_resolved_when_the_split_was_recorded) {
    split.refuses_peer = false;
    EXPECT_EQ(on("rz2-a").verdict, Verdict::nothing_to_do);
    split.split_brain = true;
    const Resolution victim = on("rz2-a");
    EXPECT_EQ(victim.verdict, Verdict::discard_this);
    EXPECT_THAT(victim.commands,
                ElementsAre(ElementsAre("drbdadm", "disconnect", "red"),
                            ElementsAre("drbdadm", "connect", "--discard-my-data", "red")));
    const Resolution survivor = on("rz1-a");
    EXPECT_EQ(survivor.verdict, Verdict::keep_this);
    EXPECT_TRUE(survivor.commands.empty());
}

TEST_F(ResolveTest, both_copies_written_is_refused) {
    split.written_kib = 12;
    const Resolution refused = on("rz2-a");
    EXPECT_EQ(refused.verdict, Verdict::refuse);
    EXPECT_TRUE(refused.commands.empty());
    EXPECT_THAT(refused.loss, HasSubstr("12 KiB"));
    EXPECT_EQ(on("rz2-a", "rz1").verdict, Verdict::discard_this);
}

TEST_F(ResolveTest, what_is_not_known_counts_as_written) {
    split.written_kib.reset();
    EXPECT_EQ(on("rz2-a").verdict, Verdict::refuse);
}

TEST_F(ResolveTest, a_mixed_lun_is_refused_with_what_each_choice_loses) {
    topology.vms[1].home = "rz2";
    const Resolution refused = on("rz1-a");
    EXPECT_EQ(refused.verdict, Verdict::refuse);
    EXPECT_THAT(refused.reason, HasSubstr("keeping rz1 loses what rosa of rz2 wrote"));
    EXPECT_THAT(refused.reason, HasSubstr("keeping rz2 loses what rot of rz1 wrote"));
}

TEST_F(ResolveTest, nothing_is_done_to_a_connected_or_promoted_copy) {
    split.promoted = true;
    EXPECT_EQ(on("rz2-a").verdict, Verdict::refuse);
    split.connected = true;
    EXPECT_EQ(on("rz2-a").verdict, Verdict::nothing_to_do);
}

} // namespace
} // namespace twinsite::site
