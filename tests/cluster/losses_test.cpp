// Losses without a cut that the demonstration does not play: the other rows of the table "policy x
// event x outcome" (docs/site-affinity.md). That nothing acknowledged is lost and nothing runs
// twice, every scenario judges by itself (see perform()).
#include "tests/cluster/policies.hpp"
#include "tests/cluster/sites.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace twinsite::lab {
namespace {

using std::chrono::seconds;

/// The plain host of each site.
std::vector<std::string> plain_hosts(const SitePlan& plan) {
    std::vector<std::string> hosts;
    for (const std::string& node : plan.node_names) {
        if (!plan.nodes.at(node).storage) {
            hosts.push_back(node);
        }
    }
    return hosts;
}

std::vector<std::string> guests_on_any(Script& script, const std::vector<std::string>& nodes) {
    Stage& stage = script.stage();
    std::vector<std::string> guests;
    const auto view = script.lab().cluster(nodes.front());
    script.must(view.has_value(), "crm_mon answers");
    for (const std::string& node : nodes) {
        const auto here = view ? guests_on(stage, *view, node) : std::vector<std::string>{};
        script.must(!here.empty(), "no guest runs on " + node);
        guests.insert(guests.end(), here.begin(), here.end());
    }
    return guests;
}

/// "" when every guest counts in its own site.
std::string missing_in_own_site(Stage& stage) {
    for (const auto& [name, guest] : stage.plan().guests) {
        if (stage.plan().site_of(stage.heard_on(name)) != guest.home) {
            return fmt::format("{} was last heard on {}", name, stage.heard_on(name));
        }
    }
    return stage.missing_counts(stage.plan().guest_names());
}

/// HOSTS lose power; what ran there restarts in its own site, and goes back.
EventResult restarts_at_home(Stage& stage, const std::vector<std::string>& hosts) {
    Script script(stage);
    await_home(script, seconds(120));
    const auto lost = guests_on_any(script, hosts);
    power_all(script, hosts, "off");
    script.await(seconds(30), "its guests are silent", [&] { return still_heard(stage, lost); });
    script.await(seconds(240), "they restart in their own site",
                 [&] { return missing_in_own_site(stage); });
    power_all(script, hosts, "on");
    await_home(script, seconds(300));
    script.must_not_restart(lost);
    return script.done();
}

EventResult one_host(Stage& stage) {
    return restarts_at_home(stage, {node_of_first_site(stage.plan(), false)});
}

EventResult one_host_of_each_site(Stage& stage) {
    return restarts_at_home(stage, plain_hosts(stage.plan()));
}

EventResult half_of_the_votes(Stage& stage) {
    Script script(stage);
    await_home(script, seconds(120));
    const auto hosts = plain_hosts(stage.plan());
    const auto lost = guests_on_any(script, hosts);
    const auto others = guests_besides(stage.plan(), lost);
    power_all(script, hosts, "off");
    script.await(seconds(30), "their guests are silent", [&] { return still_heard(stage, lost); });
    script.must(stage.hold(seconds(60),
                           [&] {
                               const auto missing = stage.missing_counts(others, seconds(5));
                               return missing.empty() ? still_heard(stage, lost) : missing;
                           }),
                "the others count, and what ran on the dead hosts stays down");
    power_all(script, hosts, "on");
    await_home(script, seconds(300));
    script.must_not_restart(lost);
    return script.done();
}

EventResult one_site(Stage& stage) {
    Script script(stage);
    await_home(script, seconds(120));
    const std::string living = winning_site(stage.plan());
    const std::string lost = other_site(stage.plan(), living);
    power_all(script, nodes_of(stage.plan(), lost), "off");
    await_takeover(script, living);
    power_all(script, nodes_of(stage.plan(), lost), "on");
    await_home(script, seconds(360));
    script.must_not_restart(guests_of(stage.plan(), lost));
    return script.done();
}

/// A LUN's disk fails while its host lives: LUN and guests change site, live, and come back.
EventResult storage_of_a_living_host(Stage& stage) {
    Script script(stage);
    await_home(script, seconds(120));
    const std::string site = winning_site(stage.plan());
    const std::string other = other_site(stage.plan(), site);
    std::string failing;
    for (const auto& [name, lun] : stage.plan().luns) {
        failing = lun.home == site ? name : failing;
    }
    const std::string host = stage.plan().home_replica(failing);
    const auto before = boots(stage);
    script.run(host, "drbdadm detach " + failing);
    const auto guests = guests_on_lun(stage.plan(), failing);
    script.await(seconds(180), "its guests count in " + other,
                 [&] { return missing_in(stage, other, guests); });
    script.tell(script.run(stage.observer(host), "twinsite status || true"));
    script.run(host, "drbdadm attach " + failing);
    await_home(script, seconds(240));
    script.must(boots(stage) == before, "a node was fenced");
    script.must_not_restart();
    return script.done();
}

TEST_F(KeepHome, the_storage_of_a_living_host_fails) {
    play({"keep-home-disk", "a LUN's disk fails on a living host", storage_of_a_living_host});
}

TEST_F(KeepHome, a_plain_host_of_each_site_dies) {
    play({"keep-home-two", "a plain host of each site dies at once", half_of_the_votes});
}

TEST_F(Majority, the_storage_of_a_living_host_fails) {
    play({"majority-disk", "a LUN's disk fails on a living host", storage_of_a_living_host});
}

TEST_F(Majority, a_plain_host_dies) {
    play({"majority-one", "a plain host dies under majority", one_host});
}

TEST_F(Majority, a_plain_host_of_each_site_dies) {
    play({"majority-two", "a plain host of each site dies at once", one_host_of_each_site});
}

TEST_F(Majority, a_site_dies) {
    play({"majority-site-loss", "a site dies under majority", one_site});
}

} // namespace
} // namespace twinsite::lab
