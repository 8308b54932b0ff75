// Moves, drains, go-live and split brains: what is planned, and what is refused.
#include "tests/support/topologies.hpp"

#include <twinsite/site/drain.hpp>
#include <twinsite/site/go_live.hpp>
#include <twinsite/site/move.hpp>
#include <twinsite/site/names.hpp>
#include <twinsite/site/resolve.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace twinsite::site {
namespace {

using ::testing::AllOf;
using ::testing::Contains;
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

/// rz2 is lost, not fenced yet, and without it there is no quorum.
class GoLiveTest : public ::testing::Test {
protected:
    Topology topology = example_topology();
    ClusterState state = state_of(topology);

    GoLiveTest() {
        for (const char* node : {"rz2-a", "rz2-b"}) {
            state.resources[fence_id(node, 0)] = {
                .id = fence_id(node, 0), .running = {{"rz1-a", false}}, .pending = ""};
        }
        state.resources["mirror_blue"].running = {{"rz1-a", false}, {"rz2-a", true}};
        lose_rz2();
    }
    void lose_rz2() {
        for (std::size_t i : {2U, 3U}) {
            state.nodes[i].online = false;
            state.nodes[i].unclean = true;
        }
    }
    void fence_rz2() {
        for (std::size_t i : {2U, 3U}) {
            state.nodes[i].unclean = false;
        }
        for (auto& [id, resource] : state.resources) {
            std::erase_if(resource.running, [](const Instance& instance) {
                return instance.node.starts_with("rz2");
            });
        }
    }
    [[nodiscard]] Result<GoLive> plan(bool force = false) const {
        return plan_go_live(topology, state, "rz1", force);
    }
    [[nodiscard]] std::string refusal() const {
        const auto refused = plan();
        if (refused) {
            return "it is not refused";
        }
        EXPECT_EQ(refused.error().kind, ErrorKind::conflict);
        return refused.error().message;
    }
    [[nodiscard]] std::vector<std::string> taken_over() const {
        std::vector<std::string> luns;
        const auto live = plan();
        for (const Takeover& takeover : live->takes_over) {
            luns.push_back(takeover.lun + " on " + takeover.node);
        }
        return luns;
    }
};

TEST_F(GoLiveTest, is_refused_while_the_other_site_is_a_member) {
    state.nodes[3].online = true;
    state.nodes[3].unclean = false;
    EXPECT_THAT(refusal(), HasSubstr("rz2-b of the other site is a member"));
    EXPECT_FALSE(plan(true));
}

TEST_F(GoLiveTest, takes_over_what_was_promoted_in_the_lost_site) {
    const auto live = plan();
    ASSERT_TRUE(live) << live.error().message;
    EXPECT_THAT(live->dead, ElementsAre("rz2-a", "rz2-b"));
    EXPECT_EQ(live->votes, 2U);
    ASSERT_EQ(live->takes_over.size(), 1U);
    EXPECT_THAT(live->takes_over[0].text, HasSubstr("blue on rz1-a"));
    EXPECT_THAT(live->takes_over[0].text, HasSubstr("what rz2-a wrote"));
    EXPECT_FALSE(plan_go_live(topology, state, "rz2", false));
}

/// Failback manual: red, at home in rz1, stayed in rz2, which died.
TEST_F(GoLiveTest, a_lun_at_home_here_loses_as_well_when_it_was_written_there) {
    state.resources["mirror_red"].running = {{"rz1-a", false}, {"rz2-a", true}};
    EXPECT_THAT(taken_over(), ElementsAre("red on rz1-a", "blue on rz1-a"));
    fence_rz2(); // then nobody knows where it was promoted
    EXPECT_THAT(taken_over(), ElementsAre("red on rz1-a", "blue on rz1-a"));
}

TEST_F(GoLiveTest, a_lun_of_the_lost_site_that_is_promoted_here_loses_nothing) {
    state.resources["mirror_blue"].running = {{"rz1-a", true}, {"rz2-a", false}};
    EXPECT_THAT(taken_over(), ElementsAre());
}

TEST_F(GoLiveTest, a_converged_lun_that_is_promoted_here_too_loses_nothing) {
    Lun& blue = topology.luns[1];
    blue.target = {};
    blue.address = {};
    state.resources["mirror_blue"].running = {{"rz2-a", true}, {"rz1-a", true}};
    EXPECT_THAT(taken_over(), ElementsAre());
}

TEST_F(GoLiveTest, a_lun_whose_copy_here_has_no_living_node_stays_down) {
    state.nodes[0].online = false;
    EXPECT_THAT(taken_over(), ElementsAre());
    EXPECT_THAT(plan()->stays_down, ElementsAre("red", "blue"));
}

TEST_F(GoLiveTest, is_refused_where_pacemaker_does_it_by_itself) {
    state.quorate = true;
    EXPECT_THAT(refusal(), HasSubstr("has quorum and fences rz2-a, rz2-b by itself: wait"));
    EXPECT_TRUE(plan(true));
    state.resources[fence_id("rz2-b", 0)].failed = true;
    EXPECT_TRUE(plan()) << "its PDU does not answer: only an operator can say that it is dead";
    state.resources[fence_id("rz2-b", 0)].failed = false;
    state.properties["stonith-enabled"] = "false";
    EXPECT_TRUE(plan());
}

TEST_F(GoLiveTest, after_fencing_it_is_for_luns_that_wait_only) {
    fence_rz2();
    state.quorate = true;
    // DRBD's handler refuses a copy whose peer may have written alone, and says: go-live.
    EXPECT_THAT(taken_over(), ElementsAre("blue on rz1-a"));
    state.resources["mirror_blue"].running = {{"rz1-a", true}};
    EXPECT_THAT(refusal(), HasSubstr("there is nothing to confirm"));
    state.quorate = false;
    EXPECT_TRUE(plan()) << "without quorum it is the votes that are missing";
}

class ResolveTest : public ::testing::Test {
protected:
    Topology topology = example_topology();
    CopyFacts split{.configured = true,
                    .connected = false,
                    .refuses_peer = true,
                    .up_to_date = true,
                    .own = quiet,
                    .peer = quiet,
                    .bans = {}};
    static inline const SideFacts quiet{.written_kib = 0, .promoted = false, .found_at = ""};
    static inline const SideFacts unknown{};
    static SideFacts wrote(std::uint64_t kib, bool promoted = false) {
        return {.written_kib = kib, .promoted = promoted, .found_at = "2026-11-03 03:12:05"};
    }
    [[nodiscard]] Resolution on(const std::string& node, const std::string& keep = {}) const {
        return resolve(topology, topology.luns[0], node, split, keep);
    }
};

TEST_F(ResolveTest, the_copy_at_home_survives_when_the_other_wrote_nothing) {
    split.own = wrote(3072, true);
    EXPECT_EQ(on("rz1-a").verdict, Verdict::keep_this);
    split.own = quiet;
    split.peer = wrote(3072, true);
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

/// Whatever makes the copy away from home more than a leftover, both nodes refuse to choose.
TEST_F(ResolveTest, home_is_not_kept_over_a_copy_that_was_written_or_may_have_been) {
    struct Row {
        SideFacts home;
        SideFacts away;
        const char* why = "";
        const char* loss = "";
    };
    const Row rows[] = {
        {wrote(3072, true), wrote(12), "both copies were written",
         "keeping rz1 loses 12 KiB written on rz2-a (Secondary)"},
        {quiet, wrote(12), "the copy away from home was written",
         "keeping rz2 loses 0 KiB written on rz1-a (Secondary)"},
        {wrote(3072), wrote(7000, true), "promoted on rz2-a, away from its home rz1",
         "keeping rz1 loses at least 7000 KiB written on rz2-a (Primary)"},
        {wrote(3072), wrote(0, true), "promoted on rz2-a, away from its home rz1",
         "keeping rz2 loses 3072 KiB written on rz1-a"},
        {quiet, unknown, "what rz2-a wrote is not known",
         "keeping rz1 loses an unknown amount written on rz2-a (role unknown)"},
    };
    for (const Row& row : rows) {
        for (const std::string node : {"rz1-a", "rz2-a"}) {
            SCOPED_TRACE(std::string(row.why) + " on " + node);
            split.own = node == "rz1-a" ? row.home : row.away;
            split.peer = node == "rz1-a" ? row.away : row.home;
            const Resolution refused = on(node);
            EXPECT_EQ(refused.verdict, Verdict::refuse);
            EXPECT_TRUE(refused.commands.empty());
            EXPECT_THAT(refused.reason, HasSubstr(row.why));
            EXPECT_THAT(refused.reason, HasSubstr("--keep SITE"));
            EXPECT_THAT(refused.losses, Contains(HasSubstr(row.loss)));
            EXPECT_EQ(refused.losses.size(), 2U);
            // Nobody is told to take a copy down before an operator chose.
            EXPECT_TRUE(refused.steps.empty());
        }
    }
}

TEST_F(ResolveTest, both_sides_are_shown_with_role_amount_and_time) {
    split.own = wrote(12);
    split.peer = wrote(7000, true);
    EXPECT_THAT(on("rz1-a").sides,
                ElementsAre("rz1-a in rz1 (home): Secondary, wrote 12 KiB, found the split brain "
                            "at 2026-11-03 03:12:05",
                            "rz2-a in rz2: Primary, wrote at least 7000 KiB, found the split brain "
                            "at 2026-11-03 03:12:05"));
}

TEST_F(ResolveTest, an_operators_choice_is_carried_out_on_both_sides) {
    split.own = wrote(12);
    split.peer = wrote(7000, true);
    const Resolution victim = on("rz1-a", "rz2");
    EXPECT_EQ(victim.verdict, Verdict::discard_this);
    EXPECT_THAT(victim.losses, ElementsAre(HasSubstr("12 KiB written on rz1-a")));
    EXPECT_THAT(victim.elsewhere,
                ElementsAre(HasSubstr("on rz2-a: twinsite resolve red --keep rz2 --yes")));
    std::swap(split.own, split.peer);
    const Resolution survivor = on("rz2-a", "rz2");
    EXPECT_EQ(survivor.verdict, Verdict::keep_this);
    EXPECT_THAT(survivor.losses, ElementsAre(HasSubstr("12 KiB written on rz1-a")));
    split.up_to_date = false;
    EXPECT_EQ(on("rz2-a", "rz2").verdict, Verdict::refuse);
}

TEST_F(ResolveTest, a_promoted_copy_is_taken_down_by_its_role_alone_and_comes_back) {
    split.own = wrote(7000, true);
    const Resolution refused = on("rz2-a", "rz1");
    EXPECT_EQ(refused.verdict, Verdict::refuse);
    EXPECT_TRUE(refused.commands.empty());
    EXPECT_THAT(refused.losses, ElementsAre(HasSubstr("7000 KiB written on rz2-a")));
    EXPECT_THAT(
        refused.steps,
        ElementsAre(
            "pcs resource disable vm_rot vm_rosa",
            HasSubstr("crm_resource --ban --resource mirror_red-clone --node rz2-a --promoted"),
            HasSubstr("twinsite resolve red --keep rz1 --yes"),
            HasSubstr("crm_resource --clear --resource mirror_red-clone --node rz2-a --promoted"),
            "pcs resource enable vm_rot vm_rosa"));
}

TEST_F(ResolveTest, a_mixed_lun_is_refused_with_what_each_choice_loses) {
    topology.vms[1].home = "rz2";
    const Resolution refused = on("rz1-a");
    EXPECT_EQ(refused.verdict, Verdict::refuse);
    EXPECT_THAT(
        refused.losses,
        ElementsAre(AllOf(HasSubstr("keeping rz1 loses"), HasSubstr("what rosa of rz2 wrote")),
                    AllOf(HasSubstr("keeping rz2 loses"), HasSubstr("what rot of rz1 wrote"))));
}

TEST_F(ResolveTest, nothing_is_done_to_connected_copies_but_a_ban_that_stayed_is_named) {
    split.connected = true;
    EXPECT_EQ(on("rz2-a").verdict, Verdict::nothing_to_do);
    EXPECT_TRUE(on("rz2-a").steps.empty());
    split.bans = {"cli-ban-mirror_red-clone-on-rz2-a"};
    EXPECT_THAT(on("rz2-a").steps,
                ElementsAre(HasSubstr("pcs constraint delete cli-ban-mirror_red-clone-on-rz2-a")));
}

TEST_F(ResolveTest, a_mirror_that_does_not_run_is_not_called_settled) {
    split = CopyFacts{};
    split.bans = {"cli-ban-mirror_red-clone-on-rz2-a"};
    const Resolution none = on("rz2-a");
    EXPECT_EQ(none.verdict, Verdict::not_running);
    EXPECT_THAT(none.reason, HasSubstr("does not run on rz2-a"));
    EXPECT_THAT(none.steps, ElementsAre(HasSubstr("cli-ban-mirror_red-clone-on-rz2-a")));
}

TEST(AdminBans, are_those_of_this_mirror_on_this_node) {
    Xml cib{"cib", {}, {}};
    Xml& constraints = cib.add({"configuration", {}, {}}).add({"constraints", {}, {}});
    const auto ban = [&](const std::string& id, const std::string& rsc, const std::string& node) {
        constraints.add({"rsc_location", {{"id", id}, {"rsc", rsc}, {"node", node}}, {}});
    };
    ban("cli-ban-mirror_red-clone-on-rz2-a", "mirror_red-clone", "rz2-a");
    ban("cli-ban-mirror_red-clone-on-rz1-a", "mirror_red-clone", "rz1-a");
    ban("cli-ban-mirror_blue-clone-on-rz2-a", "mirror_blue-clone", "rz2-a");
    ban("twinsite-mirror-fence-red", "mirror_red-clone", "rz2-a");
    EXPECT_THAT(admin_bans(cib, example_topology().luns[0], "rz2-a"),
                ElementsAre("cli-ban-mirror_red-clone-on-rz2-a"));
}

/// What the other side told the cluster, and what Pacemaker knows of it.
TEST(SideFactsTest, unknown_stays_unknown) {
    const Topology topology = example_topology();
    const Lun& red = topology.luns[0];
    ClusterState state = state_of(topology);
    EXPECT_EQ(side_facts(red, "rz2-a", state).promoted, false);
    EXPECT_EQ(side_facts(red, "rz2-a", state).written_kib, std::nullopt);
    EXPECT_EQ(side_facts(red, "rz1-a", state).promoted, true);

    auto& marker = state.nodes[2].attributes["mirror-split-red"];
    marker = "1793671925 1:2:3:4 Secondary 12";
    EXPECT_EQ(side_facts(red, "rz2-a", state).written_kib, 12U);
    EXPECT_EQ(side_facts(red, "rz2-a", state).promoted, false);
    marker = "1793671925 1:2:3:4 Primary 0";
    EXPECT_EQ(side_facts(red, "rz2-a", state).promoted, true);
    marker = "1793671925 1:2:3:4 Unknown 0";
    EXPECT_EQ(side_facts(red, "rz2-a", state).promoted, std::nullopt);
    marker = "1793671925 1:2:3:4 Secondary many";
    EXPECT_EQ(side_facts(red, "rz2-a", state).written_kib, std::nullopt);

    state.nodes[2].unclean = true;
    EXPECT_EQ(side_facts(red, "rz2-a", state).promoted, std::nullopt);
}

} // namespace
} // namespace twinsite::site
