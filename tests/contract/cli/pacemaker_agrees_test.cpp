// Every scenario that Pacemaker's own scheduler can play: it must do what the scenario expects.
#include "tests/support/scenarios.hpp"
#include "tests/support/scratch_directory.hpp"
#include "tests/support/topologies.hpp"
#include "tests/support/twinsite_run.hpp"

#include <twinsite/base/text.hpp>
#include <twinsite/cluster/simulation.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

namespace twinsite::testing {
namespace {

class PacemakerScenario : public ::testing::TestWithParam<Scenario> {};

/// "restarts rz1", with the node's site: which of two equal hosts is taken does not matter.
std::string by_site(const site::Topology& topology, const std::string& fate,
                    const std::string& node) {
    const site::Node* found = topology.node(node);
    return found == nullptr ? fate : fate + " " + found->site;
}

std::string expected(const site::Topology& topology, const std::string& line) {
    const auto words = split(line);
    return by_site(topology, words.front(), words.size() > 1 ? words[1] : "");
}

std::string fate_in(const site::Topology& topology, const std::vector<site::Movement>& movements,
                    const std::string& vm, const std::string& home_node) {
    for (const site::Movement& movement : movements) {
        if (movement.resource != "vm_" + vm) {
            continue;
        }
        if (movement.kind == site::MovementKind::migrate) {
            return by_site(topology, "migrates", movement.to);
        }
        if (movement.kind == site::MovementKind::restart ||
            movement.kind == site::MovementKind::start) {
            return by_site(topology, "restarts", movement.to);
        }
        return "stops";
    }
    return by_site(topology, "stays", home_node);
}

std::vector<std::string> failing_nodes(const site::Topology& topology, const Scenario& scenario) {
    std::vector<std::string> nodes;
    for (const site::Node& node : topology.nodes) {
        const auto fails = [&](const std::string& event) {
            return std::find(scenario.fail.begin(), scenario.fail.end(), event) !=
                   scenario.fail.end();
        };
        if (fails("node:" + node.name) || fails("site:" + node.site)) {
            nodes.push_back(node.name);
        }
    }
    return nodes;
}

TEST_P(PacemakerScenario, pacemaker_agrees) {
    const Scenario& scenario = GetParam();
    if (std::getenv("TWINSITE_PACEMAKER_SCENARIOS") == nullptr) {
        GTEST_SKIP() << "not proven yet; set TWINSITE_PACEMAKER_SCENARIOS=1 to try";
    }
    if (const auto why = root_is_missing()) {
        GTEST_SKIP() << *why;
    }
    if (!scenario.model_only.empty()) {
        GTEST_SKIP() << scenario.model_only;
    }
    const auto& fail = scenario.fail;
    if (std::find(fail.begin(), fail.end(), "link") != fail.end()) {
        GTEST_SKIP() << "one crm_simulate plays one part of a cut cluster; the lab plays both";
    }
    if (scenario.needs_go_live) {
        GTEST_SKIP() << "crm_simulate counts a failed node out of the quorum at once";
    }
    const site::Topology topology = topology_from(scenario.topology_text);
    ScratchDirectory scratch;
    static_cast<void>(scratch.write("topology.json", scenario.topology_text));
    std::string script =
        "cd /files; twinsite --topology topology.json render --format cib > c.xml\n"
        "crm_simulate -x c.xml -S -q true -u rz1-a -u rz1-b -u rz2-a -u rz2-b "
        "-O up.xml > /dev/null || exit 1\n"
        "for n in rz1-a rz2-a; do for l in red blue; do CIB_file=up.xml "
        "crm_attribute -N $n -n master-mirror_$l -l reboot -v 10000 || exit 1; "
        "done; done\n"
        "crm_simulate -x up.xml -S -O home.xml > /dev/null || exit 1\n"
        "crm_simulate -x home.xml -R -q true --output-as=xml";
    for (const std::string& node : failing_nodes(topology, scenario)) {
        script += " -f " + node;
    }
    const auto run = script_in_root(script, scratch.path());
    ASSERT_EQ(run.exit_code, 0) << run.out << run.err;
    const auto movements = cluster::parse_simulation(run.out);
    ASSERT_TRUE(movements) << movements.error().message;

    const std::map<std::string, std::string> home{
        {"rot", "rz1-a"}, {"rosa", "rz1-b"}, {"blau", "rz2-a"}, {"cyan", "rz2-b"}};
    for (const auto& [vm, line] : scenario.vms) {
        EXPECT_EQ(fate_in(topology, *movements, vm, home.at(vm)), expected(topology, line)) << vm;
    }
    for (const auto& [lun, line] : scenario.luns) {
        const bool moves = std::any_of(
            movements->begin(), movements->end(), [name = "mirror_" + lun](const auto& movement) {
                return movement.resource == name && movement.kind == site::MovementKind::promote;
            });
        EXPECT_EQ(moves, line.starts_with("moves")) << lun;
    }
}

INSTANTIATE_TEST_SUITE_P(Scenarios, PacemakerScenario, ::testing::ValuesIn(all_scenarios()),
                         [](const auto& each) { return test_name(each.param); });

} // namespace
} // namespace twinsite::testing
