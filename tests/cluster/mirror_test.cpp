// What can happen to a mirror between two storage nodes (a third node votes), with a guest that
// counts its acknowledged writes: cuts, power cuts, refusals, a split brain; both isolation
// policies; and a converged cluster, where the guest works on the mirror's device itself.
#include "tests/cluster/lab_session.hpp"

#include <twinsite/base/text.hpp>

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace twinsite::lab {
namespace {

using std::chrono::seconds;

constexpr const char* lun = "red";
constexpr const char* guest = "rot";

struct Pair {
    std::string home;
    std::string other;
};

Pair pair_of(const SitePlan& plan) {
    Pair pair{plan.home_replica(lun), {}};
    for (const std::string& node : plan.luns.at(lun).replicas) {
        if (node != pair.home) {
            pair.other = node;
        }
    }
    return pair;
}

/// "" when the mirror as NODE sees it has CONNECTION.
std::string missing_connection(Script& script, const std::string& node,
                               const std::string& connection) {
    const auto mirrors = script.lab().mirrors(node);
    if (!mirrors || !mirrors->contains(0)) {
        return "no DRBD state from " + node;
    }
    const MirrorState& state = mirrors->at(0);
    return state.connection == connection ? ""
                                          : fmt::format("{} {}", state.connection, state.disks);
}

std::string missing_sync(Script& script, const std::string& node) {
    const auto mirrors = script.lab().mirrors(node);
    if (!mirrors || !mirrors->contains(0)) {
        return "no DRBD state from " + node;
    }
    const MirrorState& state = mirrors->at(0);
    return state.healthy() ? "" : fmt::format("{} {}", state.connection, state.disks);
}

std::string banned_node(Script& script, const std::string& observer) {
    const auto found = script.lab().on(
        observer, "cibadmin --query --xpath \"//rsc_location[@id='twinsite-mirror-fence-red']\"");
    if (!found) {
        return "";
    }
    const auto at = found->find("node=\"");
    return at == std::string::npos ? "" : found->substr(at + 6, found->find('"', at + 6) - at - 6);
}

/// "" when COMMAND on NODE prints WORDS.
std::string missing_words(Script& script, const std::string& node, const std::string& command,
                          const std::string& words) {
    const auto said = script.lab().on(node, command + " 2>&1; true", seconds(30));
    if (!said) {
        return said.error().message;
    }
    return said->find(words) != std::string::npos
               ? ""
               : fmt::format("\"{}\" is not in: {}", words, *said);
}

void cut_storage(Script& script, const Pair& pair) {
    script.must(script.lab().cut({pair.other, "storage"}), "cut the mirror's link");
    script.await(seconds(15), "the link is known to be lost",
                 [&] { return missing_connection(script, pair.home, "WFConnection"); });
}

void join_storage(Script& script, const Pair& pair) {
    script.must(script.lab().join({pair.other, "storage"}), "join the mirror's link");
}

void await_ban(Script& script, const Pair& pair) {
    script.await(seconds(30), pair.other + " is kept from promotion", [&] {
        return banned_node(script, pair.home) == pair.other ? "" : "there is no ban";
    });
}

void await_whole(Script& script, const Pair& pair) {
    await_home(script, seconds(240));
    script.await(seconds(90), "the ban is lifted", [&]() -> std::string {
        const std::string node = banned_node(script, pair.home);
        return node.empty() ? "" : node + " is still kept from promotion";
    });
}

/// A region no guest uses. On the promoted side through DRBD, on the other below it.
std::string sum_of(Script& script, const std::string& node, const char* device) {
    return script.run(node, fmt::format("dd if={} bs=1M skip=8 count=48 iflag=direct 2>/dev/null | "
                                        "sha256sum",
                                        device));
}

void write_mib(Script& script, const std::string& node, int at, int count) {
    script.run(node, fmt::format("dd if=/dev/urandom of=/dev/drbd0 bs=1M seek={} count={} "
                                 "oflag=direct conv=notrunc 2>&1",
                                 at, count));
}

void must_be_equal(Script& script, const Pair& pair) {
    script.must(sum_of(script, pair.home, "/dev/drbd0") == sum_of(script, pair.other, "/dev/ubda"),
                "both copies are byte-identical");
}

EventResult link_is_cut_and_joined(Stage& stage) {
    Script script(stage);
    const Pair pair = pair_of(stage.plan());
    await_home(script, seconds(120));
    cut_storage(script, pair);
    await_ban(script, pair);
    script.await(seconds(20), "the cluster is told at once", [&] {
        return missing_words(script, pair.home,
                             "attrd_updater --query --name mirror-link-red --node " + pair.home,
                             "value=\"lost\"");
    });
    script.await(seconds(60), "monitor calls it degraded",
                 [&] { return missing_words(script, pair.home, "crm_mon -1", "degraded"); });
    write_mib(script, pair.home, 8, 16);
    join_storage(script, pair);
    script.await(seconds(60), "resynced", [&] { return missing_sync(script, pair.home); });
    await_whole(script, pair);
    // crm_mon keeps the degraded result among the failed actions until its failure-timeout.
    script.await(seconds(60), "the cluster is told that it is whole", [&] {
        return missing_words(script, pair.home,
                             "attrd_updater --query --name mirror-link-red --node " + pair.home,
                             "value=\"up\"");
    });
    must_be_equal(script, pair);
    script.must(script.so_far(guest).longest_pause < 5.0, "the guest stands still for under 5 s");
    script.must_not_restart();
    return script.done();
}

std::string dc_of(Script& script, const Pair& pair) {
    const std::string said = script.run(pair.home, "crmadmin --dc_lookup 2>&1");
    const auto at = said.rfind(": ");
    return std::string(trim(at == std::string::npos ? said : said.substr(at + 2)));
}

/// The next DC cancels a monitor that it did not schedule. When that monitor once answered
/// "degraded", Pacemaker waits a minute and more for it (decision 0051).
EventResult the_dc_dies_after_a_lost_link(Stage& stage) {
    Script script(stage);
    const Pair pair = pair_of(stage.plan());
    await_home(script, seconds(120));
    std::string dc = dc_of(script, pair);
    if (dc != pair.home && dc != pair.other) {
        script.must(script.lab().power(dc, "off"), "make a node with a replica the DC");
        await_fenced(script, dc, pair.home);
        script.must(script.lab().power(dc, "on"), "put it back");
        await_home(script, seconds(240));
        dc = dc_of(script, pair);
    }
    script.must(dc == pair.home || dc == pair.other, "the DC has no replica: " + dc);
    const bool away = dc == pair.other;
    const Pair roles = away ? Pair{pair.other, pair.home} : pair;
    if (away) {
        script.run(pair.home, "twinsite move lun red --to rz2 --yes --wait 180", seconds(240));
    }
    cut_storage(script, roles);
    script.await(seconds(30), "the unpromoted replica's monitor has seen it", [&] {
        return missing_words(script, roles.other,
                             "attrd_updater --query --name master-mirror_red --node " + roles.other,
                             "value=\"1000\"");
    });
    join_storage(script, roles);
    script.await(seconds(60), "whole again", [&] { return missing_sync(script, roles.home); });
    script.await(seconds(90), "the ban is lifted", [&] { return banned_node(script, roles.home); });
    script.must(script.lab().power(roles.home, "off"), "pull the DC's plug");
    const TimePoint lost = stage.now();
    script.await(seconds(150), roles.other + " is promoted", [&]() -> std::string {
        const auto view = script.lab().cluster(roles.other);
        if (!view) {
            return view.error().message;
        }
        const auto promoted = view->promoted.find("mirror_red");
        return promoted != view->promoted.end() && promoted->second == roles.other ? ""
                                                                                   : "it is not";
    });
    const double took = std::chrono::duration<double>(stage.now() - lost).count();
    script.tell(fmt::format("promoted {:.1f} s after the power cut", took));
    script.must(took < 45, "something was waited for");
    script.must(script.lab().power(roles.home, "on"), "put it back");
    script.await(seconds(240), "in sync", [&] { return missing_sync(script, pair.home); });
    if (away) {
        script.run(pair.home, "twinsite move lun red --to rz1 --yes --wait 180", seconds(240));
    }
    await_whole(script, pair);
    must_be_equal(script, pair);
    script.must_not_restart({guest});
    return script.done();
}

EventResult resync_is_interrupted_by_a_power_cut(Stage& stage) {
    Script script(stage);
    const Pair pair = pair_of(stage.plan());
    for (const std::string& node : {pair.home, pair.other}) {
        script.run(node, "drbdsetup disk-options 0 --resync-rate=2M --c-plan-ahead=0");
    }
    cut_storage(script, pair);
    write_mib(script, pair.home, 8, 40);
    join_storage(script, pair);
    script.await(seconds(30), "the resync runs",
                 [&] { return missing_connection(script, pair.home, "SyncSource"); });
    script.must(script.lab().power(pair.other, "off"), "pull the plug of the copy in the making");
    await_fenced(script, pair.other, pair.home);
    script.must(stage.missing_counts({guest}, seconds(5)).empty(), "the guest goes on");
    script.must(script.lab().power(pair.other, "on"), "put it back");
    script.await(seconds(240), "the copy is whole again",
                 [&] { return missing_sync(script, pair.home); });
    await_whole(script, pair);
    must_be_equal(script, pair);
    script.must_not_restart();
    return script.done();
}

EventResult stale_copy_is_not_promoted(Stage& stage) {
    Script script(stage);
    const Pair pair = pair_of(stage.plan());
    cut_storage(script, pair);
    await_ban(script, pair);
    write_mib(script, pair.home, 20, 4);
    script.must(script.lab().power(pair.home, "off"), "the side with the newer data loses power");
    await_fenced(script, pair.home, pair.other);
    script.must(stage.hold(seconds(30),
                           [&]() -> std::string {
                               const auto view = script.lab().cluster(pair.other);
                               return view && view->promoted.contains("mirror_red")
                                          ? "the stale copy was promoted"
                                          : "";
                           }),
                "the stale copy is not promoted");
    const std::string by_hand =
        script.run(pair.other, "drbdadm primary red 2>&1; echo exit=$?", seconds(60));
    script.must(by_hand.find("exit=0") == std::string::npos, "nor by hand: " + by_hand);
    join_storage(script, pair);
    script.must(script.lab().power(pair.home, "on"), "put it back");
    script.await(seconds(240), "the newer copy serves again",
                 [&] { return missing_sync(script, pair.home); });
    await_whole(script, pair);
    must_be_equal(script, pair);
    return script.done();
}

EventResult both_sides_are_written(Stage& stage) {
    Script script(stage);
    const Pair pair = pair_of(stage.plan());
    await_home(script, seconds(120));
    cut_storage(script, pair);
    write_mib(script, pair.home, 8, 3);
    const std::string kept = sum_of(script, pair.home, "/dev/drbd0");
    // By force, past every guard there is.
    script.run(pair.other, "drbdsetup disk-options 0 --fencing=dont-care && "
                           "drbdadm primary --force red && "
                           "dd if=/dev/urandom of=/dev/drbd0 bs=1M seek=30 count=2 oflag=direct "
                           "conv=notrunc 2>/dev/null; drbdadm secondary red && "
                           "drbdsetup disk-options 0 --fencing=resource-only");
    join_storage(script, pair);
    script.await(seconds(30), "DRBD refuses to join them",
                 [&] { return missing_connection(script, pair.home, "StandAlone"); });
    script.await(seconds(60), "twinsite status calls it a split brain", [&] {
        return missing_words(script, pair.home, "twinsite status", "mirror-split-brain");
    });
    script.await(seconds(60), "and names the last common generation", [&] {
        return missing_words(script, pair.home, "twinsite status", "last common generation");
    });
    script.await(seconds(60), "monitor is degraded and nothing was restarted", [&] {
        return missing_words(script, pair.home, "crm_mon -1", "SPLIT BRAIN since");
    });
    script.tell(script.run(pair.other, "twinsite resolve red --keep rz1; true"));
    script.run(pair.other, "twinsite resolve red --keep rz1 --yes");
    script.run(pair.home, "twinsite resolve red --keep rz1 --yes; true");
    script.await(seconds(60), "resolved", [&] { return missing_sync(script, pair.home); });
    script.must(sum_of(script, pair.home, "/dev/drbd0") == kept, "the kept side is as it was");
    script.must(sum_of(script, pair.other, "/dev/ubda") == kept, "the other side is like it");
    await_whole(script, pair);
    script.await(seconds(60), "the record is gone", [&]() -> std::string {
        return missing_words(script, pair.home, "twinsite status", "mirror-split-brain").empty()
                   ? "status still calls it a split brain"
                   : "";
    });
    script.must_not_restart();
    return script.done();
}

/// majority: I/O stands until there is proof about the peer.
EventResult writes_wait_for_proof_of_a_lost_link(Stage& stage) {
    Script script(stage);
    const Pair pair = pair_of(stage.plan());
    await_home(script, seconds(120));
    cut_storage(script, pair);
    await_ban(script, pair);
    script.must(stage.wait(seconds(20), [&] { return stage.missing_counts({guest}); }),
                "the guest goes on once the peer is banned");
    script.tell(
        fmt::format("the guest stood still for {:.1f} s", script.so_far(guest).longest_pause));
    join_storage(script, pair);
    await_whole(script, pair);
    must_be_equal(script, pair);
    script.must_not_restart();
    return script.done();
}

EventResult writes_wait_for_the_peers_end(Stage& stage) {
    Script script(stage);
    const Pair pair = pair_of(stage.plan());
    script.must(script.lab().power(pair.other, "off"), "the peer loses power");
    await_fenced(script, pair.other, pair.home);
    script.await(seconds(60), "the guest goes on", [&] { return stage.missing_counts({guest}); });
    script.tell(
        fmt::format("the guest stood still for {:.1f} s", script.so_far(guest).longest_pause));
    script.must(script.lab().power(pair.other, "on"), "put it back");
    script.await(seconds(240), "in sync", [&] { return missing_sync(script, pair.home); });
    await_whole(script, pair);
    must_be_equal(script, pair);
    script.must_not_restart();
    return script.done();
}

std::string missing_on(Stage& stage, const std::string& node) {
    if (stage.heard_on(guest) != node) {
        return fmt::format("{} was last heard on {}", guest, stage.heard_on(guest));
    }
    return stage.missing_counts({guest});
}

EventResult converged_guest_migrates(Stage& stage) {
    Script script(stage);
    const Pair pair = pair_of(stage.plan());
    await_home(script, seconds(120));
    script.must(
        script.lab().on(pair.home, "cat /proc/drbd").value_or("").find("ro:Primary/Primary") !=
            std::string::npos,
        "both copies are promoted");
    script.run(pair.home, "crm_resource --resource vm_rot --move --node " + pair.other);
    script.await(seconds(120), fmt::format("{} runs on {}", guest, pair.other),
                 [&] { return missing_on(stage, pair.other); });
    await_rest(script, pair.home);
    // Without the move's constraint its home draws it back.
    script.run(pair.home, "crm_resource --resource vm_rot --clear");
    script.await(seconds(120), fmt::format("{} runs on {}", guest, pair.home),
                 [&] { return missing_on(stage, pair.home); });
    await_rest(script, pair.home);
    script.must_not_restart();
    script.must(script.so_far(guest).migrations == 2, "it migrated twice");
    await_home(script, seconds(60));
    return script.done();
}

EventResult converged_host_is_lost(Stage& stage) {
    Script script(stage);
    const Pair pair = pair_of(stage.plan());
    script.must(script.lab().power(pair.home, "off"), "pull the plug of the guest's host");
    await_fenced(script, pair.home, pair.other);
    script.await(seconds(120), fmt::format("{} runs on {}", guest, pair.other),
                 [&] { return missing_on(stage, pair.other); });
    script.must(script.lab().power(pair.home, "on"), "put it back");
    script.await(seconds(240), "in sync", [&] { return missing_sync(script, pair.other); });
    await_home(script, seconds(180));
    must_be_equal(script, pair);
    return script.done();
}

class MirrorKeepHome : public ::testing::Test {
protected:
    static void SetUpTestSuite() { LabSession::choose("mirror.json"); }
    static void TearDownTestSuite() { LabSession::end(); }
};

class MirrorMajority : public ::testing::Test {
protected:
    static void SetUpTestSuite() { LabSession::choose("mirror.json", {"--majority"}); }
    static void TearDownTestSuite() { LabSession::end(); }
};

class Converged : public ::testing::Test {
protected:
    static void SetUpTestSuite() { LabSession::choose("converged.json"); }
    static void TearDownTestSuite() { LabSession::end(); }
};

// First, while the node that came up first is the DC.
TEST_F(MirrorKeepHome, the_dc_dies_after_a_lost_link) {
    play({"dc", "the DC loses power soon after the mirror's link was lost",
          the_dc_dies_after_a_lost_link});
}
TEST_F(MirrorKeepHome, the_link_is_cut_and_joined) {
    play({"link", "the mirror loses its link and gets it back", link_is_cut_and_joined});
}
TEST_F(MirrorKeepHome, a_resync_is_interrupted_by_a_power_cut) {
    play({"resync", "a copy loses power while it is resynced",
          resync_is_interrupted_by_a_power_cut});
}
TEST_F(MirrorKeepHome, a_stale_copy_is_not_promoted) {
    play({"stale", "the only copy left is stale", stale_copy_is_not_promoted});
}
TEST_F(MirrorKeepHome, a_split_brain_is_seen_shown_and_resolved) {
    play({"split", "both copies are written apart", both_sides_are_written});
}
TEST_F(MirrorMajority, writes_wait_until_the_peer_is_banned) {
    play({"freeze", "the link is cut under majority", writes_wait_for_proof_of_a_lost_link});
}
TEST_F(MirrorMajority, writes_wait_until_the_peer_is_dead) {
    play({"freeze-power", "the peer dies under majority", writes_wait_for_the_peers_end});
}
TEST_F(Converged, a_guest_moves_by_live_migration) {
    play({"converged", "a converged guest migrates there and back", converged_guest_migrates});
}
TEST_F(Converged, a_host_is_lost) {
    play({"converged-loss", "a converged guest loses its host", converged_host_is_lost});
}

} // namespace
} // namespace twinsite::lab
