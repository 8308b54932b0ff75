// Every scenario, played by Pacemaker's own scheduler: it must do what the scenario expects.
#include "tests/support/scenarios.hpp"
#include "tests/support/scratch_directory.hpp"
#include "tests/support/topologies.hpp"
#include "tests/support/twinsite_run.hpp"

#include <twinsite/base/text.hpp>
#include <twinsite/cluster/simulation.hpp>
#include <twinsite/site/spread.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <map>

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
    // A guest whose I/O stands still is a running VM to Pacemaker.
    return by_site(topology, words.front() == "waits" ? "stays" : words.front(),
                   words.size() > 1 ? words[1] : "");
}

/// What one part of the cluster sees: who failed or is out of sight, and whether it has quorum.
struct View {
    std::string site; ///< "" for the whole cluster
    std::vector<std::string> gone;
    bool quorate = true;
    std::vector<std::string> bad_copies = {}; ///< nodes whose mirrors must not be promoted
    std::vector<site::Movement> movements = {};

    [[nodiscard]] bool has(std::string_view node) const {
        return std::find(gone.begin(), gone.end(), node) == gone.end();
    }
};

std::string fate_in(const site::Topology& topology, const View& view, const std::string& vm,
                    const std::string& home_node) {
    for (const site::Movement& movement : view.movements) {
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
    return view.has(home_node) ? by_site(topology, "stays", home_node) : "stops";
}

bool has(const std::vector<std::string>& list, const std::string& word) {
    return std::find(list.begin(), list.end(), word) != list.end();
}

/// The site that has the witness's vote: more living nodes, else the lowest node id (ffsplit).
std::string winner_of(const site::Topology& topology, const std::vector<View>& views) {
    const View* best = nullptr;
    for (const View& view : views) {
        if (best == nullptr || view.gone.size() < best->gone.size()) {
            best = &view;
        }
    }
    return best == nullptr ? topology.sites.front() : best->site;
}

/// Without a cut there is one view. With one, each site has its own: neither has quorum with
/// keep-home; with majority one has it, and the other is dead in no time.
std::vector<View> views_of(const site::Topology& topology, const Scenario& scenario) {
    const bool cut = has(scenario.fail, "link");
    const bool majority = topology.policy.isolation == site::Isolation::majority;
    std::vector<View> views;
    for (const std::string& site : cut ? topology.sites : std::vector<std::string>{""}) {
        View view{site, {}, cut ? majority : !scenario.needs_go_live};
        for (const site::Node& node : topology.nodes) {
            if (has(scenario.fail, "node:" + node.name) ||
                has(scenario.fail, "site:" + node.site) || (cut && node.site != site)) {
                view.gone.push_back(node.name);
            }
            if (has(scenario.fail, "storage:" + node.name)) {
                view.bad_copies.push_back(node.name);
            }
        }
        views.push_back(std::move(view));
    }
    if (cut) {
        const std::string winner = winner_of(topology, views);
        std::erase_if(views, [&](const View& view) {
            return view.gone.size() == topology.nodes.size() || // nobody is left to see anything
                   (majority && view.site != winner);
        });
    }
    return views;
}

class Pacemaker {
public:
    explicit Pacemaker(const std::string& topology) {
        static_cast<void>(scratch_.write("topology.json", topology));
    }
    /// Everything at home, then what the view sees; the scheduler's answer.
    void play(View& view) {
        std::string script =
            "cd /files; twinsite --topology topology.json render --format cib > c.xml\n"
            "crm_simulate -x c.xml -S -q true -u rz1-a -u rz1-b -u rz2-a -u rz2-b "
            "-O up.xml > /dev/null || exit 1\n"
            "for n in rz1-a rz2-a; do for l in red blue; do CIB_file=up.xml "
            "crm_attribute -N $n -n master-mirror_$l -l reboot -v 10000 || exit 1; "
            "done; done\n"
            "crm_simulate -x up.xml -S -O home.xml > /dev/null || exit 1\n";
        for (const std::string& node : view.bad_copies) { // what the agent publishes then
            script += "for l in red blue; do CIB_file=home.xml crm_attribute -N " + node +
                      " -n master-mirror_$l -l reboot -v -INFINITY || exit 1; done\n";
        }
        script += "crm_simulate -x home.xml -R --output-as=xml -q ";
        script += view.quorate ? "true" : "false";
        for (const std::string& node : view.gone) {
            script += " -f " + node;
        }
        const auto run = script_in_root(script, scratch_.path());
        ASSERT_EQ(run.exit_code, 0) << run.out << run.err;
        auto movements = cluster::parse_simulation(run.out);
        ASSERT_TRUE(movements) << movements.error().message;
        view.movements = *std::move(movements);
    }

private:
    ScratchDirectory scratch_;
};

bool promotes(const View& view, const std::string& lun) {
    return std::any_of(view.movements.begin(), view.movements.end(), [&](const auto& movement) {
        return movement.resource == "mirror_" + lun && movement.kind == site::MovementKind::promote;
    });
}

TEST_P(PacemakerScenario, pacemaker_agrees) {
    const Scenario& scenario = GetParam();
    if (const auto why = root_is_missing()) {
        GTEST_SKIP() << *why;
    }
    const site::Topology topology = topology_from(scenario.topology_text);
    Pacemaker pacemaker(scenario.topology_text);
    std::map<std::string, std::string> home;
    const auto hosts = site::normal_hosts(topology);
    for (std::size_t i = 0; i < hosts.size(); ++i) {
        home[topology.vms[i].name] = hosts[i];
    }
    auto views = views_of(topology, scenario);
    for (View& view : views) {
        pacemaker.play(view);
    }
    if (!scenario.conflict.empty()) {
        // Two truths at once: the confirming side promotes what the other still writes.
        View fooled = views.back();
        fooled.quorate = true;
        pacemaker.play(fooled);
        for (const std::string& lun : scenario.conflict) {
            EXPECT_TRUE(promotes(fooled, lun)) << lun;
        }
    }
    for (const auto& [vm, line] : scenario.vms) {
        const View* view = &views.front();
        for (const View& each : views) {
            view = topology.node(home.at(vm))->site == each.site ? &each : view;
        }
        EXPECT_EQ(fate_in(topology, *view, vm, home.at(vm)), expected(topology, line)) << vm;
    }
    for (const auto& [lun, line] : scenario.luns) {
        const bool moves = std::any_of(views.begin(), views.end(), [name = lun](const View& view) {
            return promotes(view, name);
        });
        EXPECT_EQ(moves, line.starts_with("moves")) << lun;
    }
}

INSTANTIATE_TEST_SUITE_P(Scenarios, PacemakerScenario, ::testing::ValuesIn(all_scenarios()),
                         [](const auto& each) { return test_name(each.param); });

} // namespace
} // namespace twinsite::testing
