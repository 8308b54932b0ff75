// The sites lose each other while the guests write, and then something dies as well: what both
// isolation policies promise. That nothing acknowledged is lost and nothing runs twice, every
// scenario judges by itself (see perform()).
#include "tests/cluster/policies.hpp"
#include "tests/cluster/sites.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cstdlib>
#include <string>
#include <vector>

namespace twinsite::lab {
namespace {

using std::chrono::seconds;

/// The number behind WORDS in TEXT; 0 without it.
double number_behind(const std::string& text, const std::string& words) {
    const auto at = text.find(words);
    return at == std::string::npos ? 0 : std::strtod(text.c_str() + at + words.size(), nullptr);
}

/// When NODE's kernel ended that had the boot id BEFORE, in seconds since CUT.
double ended_after(Script& script, const std::string& node, const std::string& before,
                   TimePoint cut) {
    Stage& stage = script.stage();
    script.await(seconds(120), node + " has ended itself and boots", [&]() -> std::string {
        const auto now = stage.boot_id(node);
        return now && *now != before ? "" : "it is still the one of before";
    });
    const double up = std::strtod(script.run(node, "cat /proc/uptime").c_str(), nullptr);
    return std::chrono::duration<double>(stage.now() - cut).count() - up;
}

/// The sites lose each other; WITNESS_TOO: the losing one loses the witness in the same moment, and
/// Corosync there waits for it before it tells anybody that the quorum is gone.
EventResult excavator(Stage& stage, bool witness_too) {
    Script script(stage);
    const std::string winner = winning_site(stage.plan());
    const std::string loser = other_site(stage.plan(), winner);
    await_home(script, seconds(120));
    const auto before = boots(stage);
    const double bound = number_behind(
        script.run(stage.plan().node_names.front(), "twinsite whatif --fail link || true"),
        "has ended itself ");
    script.must(bound > 0, "whatif tells no bound");
    for (const std::string& node : stage.plan().node_names) {
        const std::string found = script.run(node, "twinsite check --live || true");
        script.must(found.find("isolation-policy-incomplete") == std::string::npos,
                    "check --live is not content: " + found);
    }
    const std::string short_of_time = script.run(
        stage.plan().node_names.front(),
        "sed -i.kept s/SBD_WATCHDOG_TIMEOUT=10/SBD_WATCHDOG_TIMEOUT=5/ /etc/default/sbd; "
        "twinsite check --live; mv /etc/default/sbd.kept /etc/default/sbd");
    script.must(short_of_time.find("sbd distrusts a quorum") != std::string::npos,
                "check --live does not see sbd's short timeout: " + short_of_time);
    if (witness_too) {
        script.must(script.lab().cut({"witness", loser}), "cut the witness from the losing site");
    }
    script.must(script.lab().cut(), "cut");
    const TimePoint cut = stage.now();
    await_takeover(script, winner);
    for (const std::string& node : nodes_of(stage.plan(), loser)) {
        const double after = ended_after(script, node, before.at(node), cut);
        script.tell(
            fmt::format("{} ended {:.1f} s after the cut; at the latest {} s", node, after, bound));
        script.must(after <= bound, node + " lived longer than it may");
    }
    script.must(script.lab().join(), "join");
    if (witness_too) {
        script.must(script.lab().join({"witness", loser}), "join the witness");
    }
    await_home(script, seconds(360));
    for (const std::string& node : nodes_of(stage.plan(), winner)) {
        script.must(stage.boot_id(node).value_or("") == before.at(node), node + " was fenced");
    }
    script.must_not_restart(guests_of(stage.plan(), loser));
    return script.done();
}

EventResult majority_excavator(Stage& stage) {
    return excavator(stage, false);
}

EventResult majority_excavator_and_witness(Stage& stage) {
    return excavator(stage, true);
}

EventResult majority_site_loss(Stage& stage) {
    Script script(stage);
    const std::string winner = winning_site(stage.plan());
    const auto dead = nodes_of(stage.plan(), other_site(stage.plan(), winner));
    await_home(script, seconds(120));
    script.must(script.lab().cut(), "cut");
    power_all(script, dead, "off");
    await_takeover(script, winner);
    script.must(script.lab().join(), "join");
    power_all(script, dead, "on");
    await_home(script, seconds(360));
    script.must_not_restart(guests_of(stage.plan(), other_site(stage.plan(), winner)));
    return script.done();
}

/// A host dies and the cut comes with it: what is left of its site is the smaller side, and ends
/// itself although it holds the lowest node id.
EventResult host_dies_with_the_cut(Stage& stage, bool with_storage) {
    Script script(stage);
    const std::string smaller = winning_site(stage.plan());
    const std::string larger = other_site(stage.plan(), smaller);
    const std::string host = node_of_first_site(stage.plan(), with_storage);
    await_home(script, seconds(120));
    const auto before = boots(stage);
    script.must(script.lab().power(host, "off"), "pull the plug");
    script.must(script.lab().cut(), "cut");
    const TimePoint cut = stage.now();
    await_takeover(script, larger);
    for (const std::string& node : nodes_of(stage.plan(), smaller)) {
        if (node != host) {
            script.tell(fmt::format("{} ended {:.1f} s after the cut", node,
                                    ended_after(script, node, before.at(node), cut)));
        }
    }
    script.must(script.lab().join(), "join");
    script.must(script.lab().power(host, "on"), "put the plug back");
    await_home(script, seconds(360));
    for (const std::string& node : nodes_of(stage.plan(), larger)) {
        script.must(stage.boot_id(node).value_or("") == before.at(node), node + " was fenced");
    }
    script.must_not_restart(guests_of(stage.plan(), smaller));
    return script.done();
}

EventResult majority_host(Stage& stage) {
    return host_dies_with_the_cut(stage, false);
}

EventResult majority_storage_host(Stage& stage) {
    return host_dies_with_the_cut(stage, true);
}

/// The home copies of one site go with their host; who writes there waits for the repair.
EventResult keep_home_storage_host(Stage& stage) {
    Script script(stage);
    await_home(script, seconds(120));
    const std::string site = winning_site(stage.plan());
    const std::string host = node_of_first_site(stage.plan(), true);
    const auto concerned = guests_of(stage.plan(), site);
    script.must(script.lab().cut(), "cut");
    script.await(seconds(30), "the mirrors know that they are alone",
                 [&] { return missing_solitude(stage); });
    script.must(script.lab().power(host, "off"), "pull the plug");
    script.must(stage.hold(seconds(60),
                           [&] {
                               return stage.missing_counts(guests_besides(stage.plan(), concerned),
                                                           seconds(5));
                           }),
                "the other site's guests count");
    script.must(script.lab().join(), "join");
    script.must(script.lab().power(host, "on"), "put the plug back");
    await_home(script, seconds(300));
    script.must_not_restart(concerned);
    return script.done();
}

EventResult keep_home_host(Stage& stage) {
    Script script(stage);
    await_home(script, seconds(120));
    const std::string host = node_of_first_site(stage.plan(), false);
    const auto view = stage.lab().cluster(host);
    const auto lost = view ? guests_on(stage, *view, host) : std::vector<std::string>{};
    script.must(!lost.empty(), "no guest runs on " + host);
    script.must(script.lab().cut(), "cut");
    script.await(seconds(30), "the mirrors know that they are alone",
                 [&] { return missing_solitude(stage); });
    script.must(script.lab().power(host, "off"), "pull the plug");
    script.await(seconds(30), "its guests are silent", [&] { return still_heard(stage, lost); });
    const auto others = guests_besides(stage.plan(), lost);
    script.must(stage.hold(seconds(60),
                           [&] {
                               const auto missing = stage.missing_counts(others, seconds(5));
                               return missing.empty() ? still_heard(stage, lost) : missing;
                           }),
                "the others count, and what ran on the dead host stays down");
    script.must(script.lab().join(), "join");
    script.must(script.lab().power(host, "on"), "put the plug back");
    await_home(script, seconds(300));
    script.must_not_restart(lost);
    return script.done();
}

EventResult keep_home_site_loss(Stage& stage) {
    Script script(stage);
    await_home(script, seconds(120));
    const std::string living = winning_site(stage.plan());
    const std::string lost = other_site(stage.plan(), living);
    script.must(script.lab().cut(), "cut");
    power_all(script, nodes_of(stage.plan(), lost), "off");
    script.must(stage.hold(seconds(60),
                           [&] {
                               return stage.missing_counts(guests_of(stage.plan(), living),
                                                           seconds(5));
                           }),
                "the living site keeps its own");
    script.must(still_heard(stage, guests_of(stage.plan(), lost)).empty(),
                "the dead site's guests wait for an operator");
    script.must(script.lab().join(), "join");
    power_all(script, nodes_of(stage.plan(), lost), "on");
    await_home(script, seconds(300));
    script.must_not_restart(guests_of(stage.plan(), lost));
    return script.done();
}

TEST_F(KeepHome, a_host_dies_during_the_cut) {
    play({"keep-home-host", "the sites lose each other, then a host dies", keep_home_host});
}

TEST_F(KeepHome, a_storage_host_dies_during_the_cut) {
    play({"keep-home-storage", "the sites lose each other, then a storage host dies",
          keep_home_storage_host});
}

TEST_F(KeepHome, a_site_dies_during_the_cut) {
    play({"keep-home-site", "the sites lose each other, then one of them dies",
          keep_home_site_loss});
}

TEST_F(Majority, the_sites_lose_each_other) {
    play({"majority-excavator", "the sites lose each other under majority", majority_excavator});
}

TEST_F(Majority, the_losing_site_loses_the_witness_as_well) {
    play({"majority-witness", "the sites lose each other, and the losing one the witness too",
          majority_excavator_and_witness});
}

TEST_F(Majority, a_host_dies_during_the_cut) {
    play({"majority-host", "a host dies while the sites lose each other under majority",
          majority_host});
}

TEST_F(Majority, a_storage_host_dies_during_the_cut) {
    play({"majority-storage", "a storage host dies while the sites lose each other under majority",
          majority_storage_host});
}

TEST_F(Majority, a_site_dies_during_the_cut) {
    play({"majority-site", "the sites lose each other under majority, and one of them dies",
          majority_site_loss});
}

} // namespace
} // namespace twinsite::lab
