// A live migration that breaks in the middle, on real nodes under Pacemaker: whatever breaks, one
// guest runs in the end, and nothing that was acknowledged is lost.
#include "tests/cluster/lab_session.hpp"

#include <twinsite/base/text.hpp>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace twinsite::lab {
namespace {

using std::chrono::seconds;

/// A guest of the first site, on its way from one of the site's hosts to the other.
struct Journey {
    std::string guest;
    std::string source;
    std::string target;
    /// Before it began: after a refresh Pacemaker restarts a guest whose parameters change, for
    /// lack of a start that it could compare them with (docs/vm.md).
    unsigned restarts = 0;
};

/// On TARGET: stop the emulator that receives GUEST as soon as the guest's memory arrives, so that
/// whatever happens next happens in the middle of the migration, on a machine of any speed.
void stop_on_arrival(Script& script, const Journey& journey) {
    script.run(journey.target,
               fmt::format("cat >/tmp/stop-on-arrival <<'TEXT'\n"
                           "until ss -tnH state established '( sport >= :49152 and sport <= :49215 "
                           ")' | grep -q .; do sleep 0.02; done\n"
                           "kill -STOP $(pgrep -f '[g]uest={}' | tail -n 1)\nTEXT\n"
                           "setsid sh /tmp/stop-on-arrival </dev/null >/dev/null 2>&1 &",
                           journey.guest));
}

/// A guest's migration from SOURCE to TARGET has begun, and its memory is on its way.
Journey depart(Script& script, const std::string& source, const std::string& target) {
    Journey journey{.guest = {}, .source = source, .target = target};
    const auto view = script.lab().cluster(target);
    const auto guests =
        view ? guests_on(script.stage(), *view, source) : std::vector<std::string>{};
    script.must(!guests.empty(), fmt::format("no guest runs on {}", source));
    if (guests.empty()) {
        return journey;
    }
    journey.guest = guests.front();
    script.run(target, fmt::format("crm_resource --resource vm_{} --set-parameter migration_speed "
                                   "--parameter-value 1",
                                   journey.guest));
    await_rest(script, target);
    script.await(seconds(60), fmt::format("{} counts", journey.guest),
                 [&] { return script.stage().missing_counts({journey.guest}); });
    journey.restarts = script.so_far(journey.guest).restarts;
    stop_on_arrival(script, journey);
    script.run(target, fmt::format("crm_resource --move --resource vm_{} --node {}", journey.guest,
                                   target));
    script.await(seconds(90), "its memory is on its way", [&]() -> std::string {
        const auto state = script.lab().on(
            target,
            fmt::format("ps -o state= -p $(pgrep -f '[g]uest={}' | tail -n 1)", journey.guest));
        return state && trim(*state) == "T" ? "" : "no emulator on the target has begun to take it";
    });
    return journey;
}

/// What every node with power says: one has the guest, and nobody else a half of it.
std::string missing_oneness(Stage& stage, const std::string& guest) {
    std::vector<std::string> holders;
    for (const std::string& node : stage.plan().node_names) {
        if (stage.lab().power_state(node).value_or("") != "on") {
            continue;
        }
        const auto domains = stage.lab().on(node, "virsh -q list --name", seconds(20));
        if (!domains) {
            return node + " does not say what it runs: " + domains.error().message;
        }
        for (const std::string_view line : lines(*domains)) {
            if (trim(line) == guest) {
                holders.push_back(node);
            }
        }
    }
    return holders.size() == 1 ? ""
                               : fmt::format("{} is on {} nodes: {}", guest, holders.size(),
                                             fmt::join(holders, ", "));
}

void await_one_that_counts(Script& script, const Journey& journey, std::string_view what) {
    script.await(seconds(180), what, [&] {
        const auto missing = script.stage().missing_counts({journey.guest});
        return missing.empty() ? missing_oneness(script.stage(), journey.guest) : missing;
    });
}

/// What the agent said of the migration in the source's log; "" when it has not ended.
std::string failed_migration(Script& script, const Journey& journey) {
    const auto said =
        script.lab().on(journey.source, fmt::format("grep 'vm_{} migrate_to.*exited with status' "
                                                    "/var/log/pacemaker/pacemaker.log | tail -n 1",
                                                    journey.guest));
    return said ? std::string(trim(*said)) : std::string();
}

/// As if nobody had wished for anything; everything goes home, and is whole.
void forget_and_go_home(Script& script, const Journey& journey, const std::string& node) {
    script.run(node, fmt::format("crm_resource --clear --resource vm_{}", journey.guest));
    script.run(node, fmt::format("crm_resource --resource vm_{} --delete-parameter "
                                 "migration_speed",
                                 journey.guest));
    // A cleanup would forget this failure alone, and Pacemaker then takes what is left of an
    // earlier migration for one that is half done, and restarts the guest (docs/vm.md).
    script.run(node, fmt::format("crm_resource --refresh --resource vm_{}", journey.guest));
    await_home(script, seconds(240));
    await_rest(script, node);
    await_one_that_counts(script, journey, "one guest, at home");
}

/// The source loses the migration's network, until the agent has said where the guest is.
Journey break_network(Script& script) {
    Journey journey = depart(script, node_of_first_site(script.stage().plan(), false),
                             node_of_first_site(script.stage().plan(), true));
    const std::string of_before = failed_migration(script, journey);
    script.must(script.lab().cut({journey.source, "cluster"}), "cut");
    script.await(seconds(240), "the agent said where the guest is", [&]() -> std::string {
        const std::string line = failed_migration(script, journey);
        return line != of_before && line.find("the guest stayed and runs here") != std::string::npos
                   ? ""
                   : "its log shows \"" + line + "\"";
    });
    script.tell(failed_migration(script, journey));
    return journey;
}

EventResult network_breaks(Stage& stage) {
    Script script(stage);
    await_home(script, seconds(120));
    const Journey journey = break_network(script);
    await_one_that_counts(script, journey, "one guest, and it counts");
    await_rest(script, journey.target);
    await_one_that_counts(script, journey, "one guest, when the cluster rests");
    script.must(script.lab().join({journey.source, "cluster"}), "join");
    forget_and_go_home(script, journey, journey.target);
    return script.done();
}

/// An admin who would rather have the guest stay than restart says so: on-fail=block.
EventResult network_breaks_and_the_guest_stays(Stage& stage) {
    Script script(stage);
    await_home(script, seconds(120));
    const std::string node = node_of_first_site(stage.plan(), true);
    const auto on_fail = [&](const char* answer) {
        for (const std::string& guest : stage.plan().guest_names()) {
            script.run(node, fmt::format("pcs resource update vm_{} op migrate_to timeout=300s "
                                         "on-fail={}",
                                         guest, answer));
        }
    };
    on_fail("block");
    const Journey journey = break_network(script);
    await_one_that_counts(script, journey, "one guest, and it counts");
    // "crm_resource --wait" does not end as long as a resource is blocked.
    script.await(seconds(60), "Pacemaker leaves it alone", [&]() -> std::string {
        const auto line = script.lab().on(
            journey.target, fmt::format("crm_mon -1 | grep 'vm_{}.*(blocked)'", journey.guest));
        return line ? "" : "it is not blocked";
    });
    script.must(stage.hold(seconds(15), [&] { return stage.missing_counts({journey.guest}); }),
                "it counts on");
    script.must(stage.heard_on(journey.guest) == journey.source, "it did not stay at its source");
    script.must(script.lab().join({journey.source, "cluster"}), "join");
    forget_and_go_home(script, journey, journey.target);
    on_fail("restart");
    script.must(script.so_far(journey.guest).restarts == journey.restarts,
                journey.guest + " was restarted");
    script.must_not_restart({journey.guest});
    return script.done();
}

EventResult target_loses_power(Stage& stage) {
    Script script(stage);
    await_home(script, seconds(120));
    const Journey journey = depart(script, node_of_first_site(stage.plan(), true),
                                   node_of_first_site(stage.plan(), false));
    script.must(script.lab().power(journey.target, "off"), "pull the plug");
    await_fenced(script, journey.target, journey.source);
    await_one_that_counts(script, journey, "one guest, and it counts");
    await_rest(script, journey.source);
    script.tell(failed_migration(script, journey));
    await_one_that_counts(script, journey, "one guest, when the cluster rests");
    script.must(script.lab().power(journey.target, "on"), "put the plug back");
    forget_and_go_home(script, journey, journey.source);
    return script.done();
}

EventResult source_loses_power(Stage& stage) {
    Script script(stage);
    await_home(script, seconds(120));
    const Journey journey = depart(script, node_of_first_site(stage.plan(), false),
                                   node_of_first_site(stage.plan(), true));
    script.must(script.lab().power(journey.source, "off"), "pull the plug");
    await_fenced(script, journey.source, journey.target);
    await_one_that_counts(script, journey, "one guest, and it counts");
    await_rest(script, journey.target);
    await_one_that_counts(script, journey, "one guest, when the cluster rests");
    script.must(script.so_far(journey.guest).restarts == 1, "it was not restarted exactly once");
    script.must(script.lab().power(journey.source, "on"), "put the plug back");
    forget_and_go_home(script, journey, journey.target);
    return script.done();
}

TEST(VmMigrationCut, the_migration_network_breaks) {
    play({"vm-network", "the migration network breaks while a guest's memory crosses it",
          network_breaks});
}

TEST(VmMigrationCut, the_migration_network_breaks_and_the_guest_is_to_stay) {
    play({"vm-network-stay", "the same, and Pacemaker was told to leave the guest where it is",
          network_breaks_and_the_guest_stays});
}

TEST(VmMigrationCut, the_target_loses_power) {
    play({"vm-target", "the target loses power while a guest migrates to it", target_loses_power});
}

TEST(VmMigrationCut, the_source_loses_power) {
    play({"vm-source", "the source loses power while a guest migrates away", source_loses_power});
}

} // namespace
} // namespace twinsite::lab
