// What an admin does with `twinsite` on a living cluster, while the guests count.
#include "tests/cluster/lab_session.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace twinsite::lab {
namespace {

using std::chrono::seconds;

/// A LUN of the first site with its guests, and where they would go.
struct Cast {
    std::string site;
    std::string other;
    std::string lun;
    std::string home_node;  ///< the replica at home
    std::string other_node; ///< the replica in the other site
    std::vector<std::string> guests;
};

Cast cast_of(const SitePlan& plan) {
    Cast cast;
    cast.site = plan.site_of(plan.node_names.front());
    for (const auto& [name, lun] : plan.luns) {
        if (lun.home == cast.site) {
            cast.lun = name;
        }
    }
    cast.home_node = plan.home_replica(cast.lun);
    for (const std::string& node : plan.luns.at(cast.lun).replicas) {
        if (node != cast.home_node) {
            cast.other_node = node;
        }
    }
    cast.other = plan.site_of(cast.other_node);
    for (const auto& [name, guest] : plan.guests) {
        if (guest.lun == cast.lun) {
            cast.guests.push_back(name);
        }
    }
    return cast;
}

/// COMMAND must be refused with exit code CODE and a sentence that contains WORDS.
void must_refuse(Script& script, const std::string& node, const std::string& command, int code,
                 const std::string& words) {
    const std::string printed = script.run(node, command + " 2>&1; echo exit=$?");
    script.must(printed.find(fmt::format("exit={}", code)) != std::string::npos &&
                    printed.find(words) != std::string::npos,
                fmt::format("{} was not refused as it must: {}", command, printed));
}

std::string missing_in(Stage& stage, const Cast& cast, const std::string& site,
                       const std::string& observer) {
    const auto view = stage.lab().cluster(observer);
    if (!view) {
        return view.error().message;
    }
    const auto promoted = view->promoted.find("mirror_" + cast.lun);
    if (promoted == view->promoted.end() || stage.plan().site_of(promoted->second) != site) {
        return fmt::format("{} is not promoted in {}", cast.lun, site);
    }
    for (const std::string& guest : cast.guests) {
        if (stage.plan().site_of(stage.heard_on(guest)) != site) {
            return fmt::format("{} was last heard on {}", guest, stage.heard_on(guest));
        }
    }
    return stage.missing_counts(stage.plan().guest_names());
}

EventResult move_there_and_back(Stage& stage) {
    Script script(stage);
    const Cast cast = cast_of(stage.plan());
    const std::string guest = cast.guests.front();
    await_home(script, seconds(120));
    must_refuse(script, cast.other_node,
                fmt::format("twinsite move vm {} --to {} --yes", guest, cast.other), 1,
                "moved alone it would lose its data");
    script.tell(script.run(
        cast.other_node,
        fmt::format("twinsite move vm {} --to {} --with-lun --yes --wait 180", guest, cast.other),
        seconds(240)));
    script.await(seconds(30), fmt::format("{} and its guests in {}", cast.lun, cast.other),
                 [&] { return missing_in(stage, cast, cast.other, cast.other_node); });
    const std::string status =
        script.run(cast.other_node, "twinsite status; echo exit=$?", seconds(30));
    script.must(status.find("exit=0") != std::string::npos,
                "after the move status does not call it home: " + status);
    script.run(cast.other_node,
               fmt::format("twinsite move lun {} --to {} --yes --wait 180", cast.lun, cast.site),
               seconds(240));
    await_home(script, seconds(60));
    script.must_not_restart();
    return script.done();
}

EventResult drain_a_site(Stage& stage) {
    Script script(stage);
    const Cast cast = cast_of(stage.plan());
    await_home(script, seconds(120));
    script.tell(script.run(cast.other_node,
                           fmt::format("twinsite drain site {} --yes --wait 200", cast.site),
                           seconds(260)));
    script.await(seconds(30), cast.site + " is empty",
                 [&] { return missing_in(stage, cast, cast.other, cast.other_node); });
    must_refuse(script, cast.other_node,
                fmt::format("twinsite drain node {} --yes", cast.other_node), 1,
                "is not up to date; wait for the mirror");
    script.run(cast.other_node, fmt::format("twinsite undrain site {} --yes --wait 200", cast.site),
               seconds(260));
    await_home(script, seconds(120));
    script.must_not_restart();
    return script.done();
}

EventResult what_if_of_the_living(Stage& stage) {
    Script script(stage);
    const Cast cast = cast_of(stage.plan());
    await_home(script, seconds(120));
    const std::string victim = node_of_first_site(stage.plan(), false);
    const std::string told = script.run(
        cast.other_node, fmt::format("twinsite whatif --live --fail node:{} || true", victim));
    script.tell(told);
    script.must(told.find("fence") != std::string::npos, "whatif --live tells of no fencing");
    const std::string found = script.run(cast.other_node, "twinsite check --live || true");
    script.tell(found);
    for (const char* code : {"vm-away-from-home", "lun-away-from-home", "mirror-degraded",
                             "leftover-fence-constraint", "constraint-not-soft"}) {
        script.must(found.find(code) == std::string::npos,
                    fmt::format("check --live finds {} in a healthy cluster", code));
    }
    script.must_not_restart();
    return script.done();
}

/// A topology made from the living cluster means what the one does that made the cluster.
EventResult import_of_the_living(Stage& stage) {
    Script script(stage);
    const Cast cast = cast_of(stage.plan());
    await_home(script, seconds(120));
    script.tell(script.run(cast.other_node,
                           "twinsite import --corosync /etc/corosync/corosync.conf --drbd "
                           "/etc/drbd.d 2>&1 >/tmp/imported.json || true"));
    const std::string planned =
        script.run(cast.other_node,
                   "twinsite --topology /tmp/imported.json plan 2>&1; echo exit=$?", seconds(30));
    script.must(planned.find("nothing to change") != std::string::npos &&
                    planned.find("exit=0") != std::string::npos,
                "the imported topology would change the cluster: " + planned);
    script.must_not_restart();
    return script.done();
}

/// Both copies of the LUN are written while the sites do not see each other: the guests go on at
/// home, somebody forces the other copy.
EventResult split_brain(Stage& stage) {
    Script script(stage);
    const Cast cast = cast_of(stage.plan());
    await_home(script, seconds(120));
    script.must(script.lab().cut(), "cut");
    script.await(seconds(30), "the mirror is alone", [&]() -> std::string {
        const auto mirrors = stage.lab().mirrors(cast.other_node);
        const auto minor = stage.plan().luns.at(cast.lun).minor;
        return mirrors && mirrors->contains(minor) && mirrors->at(minor).connection != "Connected"
                   ? ""
                   : "it is still connected";
    });
    const auto minor = stage.plan().luns.at(cast.lun).minor;
    script.run(cast.other_node,
               fmt::format("drbdadm primary --force {0} && "
                           "dd if=/dev/urandom of=/dev/drbd{1} bs=64k count=4 seek=256 "
                           "oflag=direct 2>&1; drbdadm secondary {0}",
                           cast.lun, minor));
    script.must(
        stage.hold(seconds(5), [&] { return stage.missing_counts(cast.guests, seconds(5)); }),
        "the guests count at home");
    script.must(script.lab().join(), "join");
    script.await(seconds(90), "split brain is shown by status", [&]() -> std::string {
        const auto status = script.lab().on(cast.home_node, "twinsite status || true");
        if (!status) {
            return status.error().message;
        }
        return status->find("mirror-split-brain") != std::string::npos ? "" : *status;
    });
    const std::string refused = script.run(
        cast.other_node, fmt::format("twinsite resolve {} --yes; echo exit=$?", cast.lun));
    script.tell(refused);
    script.must(refused.find("exit=1") != std::string::npos &&
                    refused.find("choose with --keep SITE") != std::string::npos &&
                    refused.find(fmt::format("keeping {} loses", cast.site)) != std::string::npos,
                "a LUN written on both sides is not refused: " + refused);
    const std::string keep =
        fmt::format("twinsite resolve {} --keep {} --yes", cast.lun, cast.site);
    script.tell(script.run(cast.other_node, keep));
    script.tell(script.run(cast.home_node, keep));
    script.await(seconds(120), "resolved: everything at home and in sync",
                 [&] { return stage.missing_at_home(cast.home_node); });
    script.run(cast.home_node, "drbdadm verify " + cast.lun);
    script.await(seconds(120), "both copies verified as identical", [&]() -> std::string {
        const auto state = script.lab().on(
            cast.home_node,
            fmt::format("drbdsetup status {} 2>/dev/null; cat /proc/drbd", cast.lun));
        if (!state) {
            return state.error().message;
        }
        return state->find("cs:Verify") == std::string::npos ? "" : "verify goes on";
    });
    const std::string difference = script.run(
        cast.home_node,
        fmt::format("grep -A1 '^ *{}: cs:Connected' /proc/drbd | grep -o 'oos:[0-9]*'", minor));
    script.must(difference.starts_with("oos:0"), "verify found differences: " + difference);
    script.await(seconds(60), "status no longer tells of a split brain", [&]() -> std::string {
        const auto status = script.lab().on(cast.home_node, "twinsite status || true");
        return status && status->find("mirror-split-brain") == std::string::npos ? ""
                                                                                 : "it still does";
    });
    script.must_not_restart();
    return script.done();
}

/// The whole first site loses power, PDUs and all; an operator looked, and says so.
EventResult go_live(Stage& stage) {
    Script script(stage);
    const Cast cast = cast_of(stage.plan());
    await_home(script, seconds(120));
    must_refuse(script, cast.other_node, "twinsite go-live " + cast.other + " --yes", 1,
                "it is not dead");
    std::vector<std::string> dead;
    for (const std::string& node : stage.plan().node_names) {
        if (stage.plan().site_of(node) == cast.site) {
            dead.push_back(node);
            script.must(script.lab().power(node, "off"), "pull the plug");
        }
    }
    script.await(seconds(60), "the site is seen as lost", [&]() -> std::string {
        const auto view = script.lab().cluster(cast.other_node);
        if (!view) {
            return view.error().message;
        }
        return view->nodes.at(dead.front()).online ? dead.front() + " is online" : "";
    });
    must_refuse(script, cast.other_node, "twinsite go-live " + cast.other, 1, "add --yes");
    script.tell(
        script.run(cast.other_node, "twinsite go-live " + cast.other + " --yes", seconds(150)));
    script.await(seconds(150), "its LUN and VMs live in the other site",
                 [&] { return missing_in(stage, cast, cast.other, cast.other_node); });
    for (const std::string& node : dead) {
        script.must(script.lab().power(node, "on"), "power returns");
    }
    await_home(script, seconds(300));
    script.must_not_restart(cast.guests);
    return script.done();
}

const std::vector<Event>& site_events() {
    static const std::vector<Event> all{
        {"what-if", "whatif --live and check --live of a healthy cluster", what_if_of_the_living},
        {"import", "a topology is made from the living cluster", import_of_the_living},
        {"move", "a VM, its LUN and all on it change site and come back", move_there_and_back},
        {"drain", "a site is drained and refilled", drain_a_site},
        {"resolve", "a split brain made on purpose is resolved, keeping the home copy",
         split_brain},
        {"go-live", "a site is lost with its PDUs; the other goes live on an operator's word",
         go_live},
    };
    return all;
}

class SiteActions : public ::testing::TestWithParam<Event> {};

TEST_P(SiteActions, event) {
    play(GetParam());
}

INSTANTIATE_TEST_SUITE_P(Events, SiteActions, ::testing::ValuesIn(site_events()),
                         [](const auto& event) {
                             std::string name = event.param.id;
                             std::replace(name.begin(), name.end(), '-', '_');
                             return name;
                         });

} // namespace
} // namespace twinsite::lab
