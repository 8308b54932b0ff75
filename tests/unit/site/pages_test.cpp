// The site map's page and metrics.
#include "tests/support/topologies.hpp"

#include <twinsite/site/site_map.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace twinsite::site {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class Pages : public ::testing::Test {
protected:
    Topology topology = twinsite::testing::example_topology();
    ClusterState state;

    void SetUp() override {
        state.quorate = true;
        for (const Node& node : topology.nodes) {
            NodeState live;
            live.name = node.name;
            live.online = true;
            state.nodes.push_back(live);
        }
        state.resources["vm_rot"] = {.id = "vm_rot", .running = {{"rz2-b", false}}, .pending = ""};
        state.resources["mirror_red"] = {
            .id = "mirror_red", .running = {{"rz1-a", true}}, .pending = ""};
    }
};

TEST_F(Pages, the_page_needs_nothing_from_elsewhere) {
    const std::string page = to_html(map_sites(topology, state), {});
    EXPECT_THAT(page, HasSubstr("<meta name=\"viewport\""));
    EXPECT_THAT(page, HasSubstr("prefers-color-scheme:dark"));
    EXPECT_THAT(page, Not(HasSubstr("http")));
    EXPECT_THAT(page, Not(HasSubstr("<script")));
}

TEST_F(Pages, the_page_shows_who_is_away_and_what_a_cut_would_do) {
    const std::string page = to_html(map_sites(topology, state), {});
    EXPECT_THAT(page, HasSubstr("rot <span class=\"bad\">away, apart from its LUN</span>"));
    EXPECT_THAT(page,
                HasSubstr("<td>red</td><td>rz1 &rarr; rz2</td><td class=\"bad\">stand still: rot"));
}

TEST_F(Pages, a_line_crosses_for_each_vm_that_its_lun_is_not_with) {
    const std::string page = to_html(map_sites(topology, state), {});
    EXPECT_THAT(page, HasSubstr("<line class=\"crossing\" data-vm=\"rot\" x1=\"100\""));
    EXPECT_THAT(page, Not(HasSubstr("data-vm=\"rosa\""))); // it runs nowhere
}

TEST_F(Pages, the_arrow_is_broken_until_both_copies_say_that_they_are_up_to_date) {
    constexpr std::string_view broken = "class=\"arrow broken\"";
    constexpr std::string_view whole = "class=\"arrow\"";
    state.resources["mirror_red"].running = {{"rz1-a", true}, {"rz2-a", false}};
    EXPECT_THAT(to_html(map_sites(topology, state), {}), Not(HasSubstr(whole)));
    for (NodeState& node : state.nodes) {
        node.attributes["master-mirror_red"] = "10000";
    }
    EXPECT_THAT(to_html(map_sites(topology, state), {}), HasSubstr(whole));
    EXPECT_THAT(to_html(map_sites(topology, state), {}), Not(HasSubstr(broken)));
    state.resources["mirror_red"].running = {{"rz1-a", true}};
    EXPECT_THAT(to_html(map_sites(topology, state), {}), HasSubstr(broken));
}

TEST_F(Pages, the_loss_of_a_host_or_site_is_told_with_its_sums) {
    // The example: 256 MiB for VMs on every host, 16 for each of four VMs.
    const std::string page = to_html(map_sites(topology, state), {});
    EXPECT_THAT(page, HasSubstr("<small>64 MiB of VMs, 512 MiB in the other site</small>"));
    EXPECT_THAT(page, HasSubstr("<small>32 MiB of VMs, 256 MiB on the other hosts of rz1</small>"));
    EXPECT_THAT(page, Not(HasSubstr("does not fit")));
    for (Vm& vm : topology.vms) {
        vm.memory_mib = 200;
    }
    EXPECT_THAT(to_html(map_sites(topology, state), {}), HasSubstr("does not fit"));
}

TEST_F(Pages, text_from_outside_cannot_become_markup) {
    const std::vector<Finding> findings{
        {"x", Severity::error, "<b>", "</p><script>alert(1)</script>", "\"&"}};
    const std::string page = to_html(map_sites(topology, state), findings);
    EXPECT_THAT(page, Not(HasSubstr("<script")));
    EXPECT_THAT(page, HasSubstr("&lt;script&gt;"));
}

TEST_F(Pages, metrics_count_what_is_not_at_home) {
    const std::vector<Finding> findings{{"vm-away-from-home", Severity::warning, "vm_rot", "", ""}};
    const std::string metrics = to_prometheus(map_sites(topology, state), findings);
    EXPECT_THAT(metrics, HasSubstr("ha_cluster_twinsite_quorate 1\n"));
    EXPECT_THAT(
        metrics,
        HasSubstr("ha_cluster_twinsite_vm_at_home{vm=\"rot\",home=\"rz1\",node=\"rz2-b\"} 0\n"));
    EXPECT_THAT(metrics, HasSubstr("ha_cluster_twinsite_vm_apart_from_lun{vm=\"rot\"} 1\n"));
    EXPECT_THAT(
        metrics,
        HasSubstr(
            "ha_cluster_twinsite_findings{code=\"vm-away-from-home\",severity=\"warning\"} 1\n"));
    EXPECT_THAT(metrics, HasSubstr("# TYPE ha_cluster_twinsite_lun_at_home gauge\n"));
}

TEST_F(Pages, how_far_an_asynchronous_copy_is_behind_is_said_where_it_is) {
    const auto text = [&] { return to_text(map_sites(topology, state)); };
    EXPECT_THAT(text(), Not(HasSubstr("behind")));
    const std::string promoted = map_sites(topology, state).luns[0].promoted_on;
    const std::string name = topology.luns[0].name;
    for (NodeState& node : state.nodes) {
        // The other side's is from when it was promoted.
        node.attributes["mirror-behind-" + name] = node.name == promoted ? "5000" : "7";
    }
    EXPECT_THAT(text(), HasSubstr(", 5000 KiB behind\n"));
    EXPECT_THAT(text(), Not(HasSubstr("7 KiB behind")));
    for (NodeState& node : state.nodes) {
        node.attributes["mirror-behind-" + name] = "-1 \x1b[2J";
    }
    EXPECT_THAT(text(), Not(HasSubstr("behind")));
}

/// As rz1-a sees it: its second link to the other site is cut, the witness has forgotten rz1-b.
class Votes : public Pages {
protected:
    SiteMap map;
    void SetUp() override {
        Pages::SetUp();
        topology.witness = "192.0.2.9";
        map = map_sites(topology, state);
        map.quorum =
            Quorum{.quorate = true,
                   .expected_votes = 5,
                   .total_votes = 4,
                   .needed_votes = 3,
                   .witness = true,
                   .own_id = 1,
                   .links = {{3, 1, false}, {2, 0, true}, {3, 0, true}, {2, 1, true}, {9, 0, true}},
                   .voters = {{1, true, true}, {2, true, false}}};
    }
};

TEST_F(Votes, the_text_tells_votes_and_every_link) {
    EXPECT_THAT(to_text(map),
                HasSubstr("\n4 of 5 votes, 3 needed, with the witness's\n"
                          "link 0: rz1-b connected, rz2-a connected, node 9 connected\n"
                          "link 1: rz1-b connected, rz2-a DOWN\n"));
    map.quorum->witness = false;
    map.quorum->two_node = true;
    EXPECT_THAT(to_text(map), HasSubstr("3 needed, WITHOUT the witness's, two_node\n"));
    map.witness.clear();
    EXPECT_THAT(to_text(map), Not(HasSubstr("witness")));
}

TEST_F(Votes, the_page_tells_votes_and_every_link) {
    EXPECT_THAT(to_html(map, {}),
                HasSubstr("<p><span class=\"ok\">4 of 5 votes, 3 needed, with the witness's"
                          "</span></p>"));
    EXPECT_THAT(to_html(map, {}),
                HasSubstr("<tr><td>rz2-a</td><td>0 <span class=\"ok\">connected</span><br>"
                          "1 <span class=\"bad\">DOWN</span></td>"
                          "<td><span class=\"bad\">not a member</span></td></tr>"));
    EXPECT_THAT(to_html(map, {}), HasSubstr("<tr><td>rz1-a</td><td>this host</td>"
                                            "<td><span class=\"ok\">gives its vote</span>"));
    map.quorum->witness = false;
    EXPECT_THAT(to_html(map, {}), HasSubstr("<span class=\"bad\">4 of 5 votes, 3 needed, WITHOUT"));
}

TEST_F(Votes, the_metrics_tell_votes_and_every_link) {
    const std::string metrics = to_prometheus(map, {});
    for (const char* line : {"ha_cluster_corosync_quorate 1\n",
                             "ha_cluster_corosync_quorum_votes{type=\"expected_votes\"} 5\n",
                             "ha_cluster_corosync_quorum_votes{type=\"total_votes\"} 4\n",
                             "ha_cluster_corosync_quorum_votes{type=\"quorum\"} 3\n",
                             "ha_cluster_corosync_ring_errors 1\n",
                             "ha_cluster_twinsite_link_connected{link=\"1\",node=\"rz2-a\"} 0\n",
                             "ha_cluster_twinsite_link_connected{link=\"0\",node=\"rz2-a\"} 1\n",
                             "ha_cluster_twinsite_witness_vote{node=\"rz1-b\"} 0\n"}) {
        EXPECT_THAT(metrics, HasSubstr(line));
    }
}

TEST_F(Votes, unknown_where_corosync_does_not_answer) {
    map.quorum.reset();
    EXPECT_THAT(to_text(map), HasSubstr("votes and links: unknown"));
    EXPECT_THAT(to_html(map, {}), HasSubstr("Unknown: Corosync does not answer here."));
    EXPECT_THAT(to_prometheus(map, {}), Not(HasSubstr("corosync")));
    map.quorum = Quorum{.quorate = true, .own_id = 1, .voters = {{1, true, true}, {2, true, true}}};
    EXPECT_THAT(to_text(map), HasSubstr("links: unknown"));
    EXPECT_THAT(to_html(map, {}), HasSubstr("<td>rz1-b</td><td>unknown</td>"));
}

TEST_F(Pages, text_is_a_table_and_coloured_when_asked) {
    state.resources["vm_rot"].running = {{"rz1-b", false}};
    const std::string plain = to_text(map_sites(topology, state));
    EXPECT_THAT(plain, HasSubstr("\n  VM    rot    on rz1-b\n"));
    EXPECT_THAT(plain, HasSubstr("\n  VM    rosa   NOT RUNNING (home rz1)  [not configured]\n"));
    EXPECT_THAT(plain, HasSubstr("\n  LUN   red    promoted on rz1-a "));
    EXPECT_THAT(plain, Not(HasSubstr("\x1b")));
    const std::string coloured = to_text(map_sites(topology, state), true);
    EXPECT_THAT(coloured, HasSubstr("\x1b[31mNOT RUNNING (home rz1)\x1b[0m"));
    EXPECT_THAT(coloured, HasSubstr("\x1b[32monline\x1b[0m"));
}

TEST_F(Pages, a_node_that_is_lost_makes_what_it_ran_unknown) {
    state.nodes[3].unclean = true;
    const SiteMap map = map_sites(topology, state);
    EXPECT_EQ(map.vms[0].place, Place::unknown);
    EXPECT_THAT(to_text(map), HasSubstr("UNKNOWN: the node is unclean"));
}

} // namespace
} // namespace twinsite::site
