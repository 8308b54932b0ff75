#include "lab/scenario/events.hpp"

#include "lab/scenario/script.hpp"

#include <fmt/format.h>

namespace twinsite::lab {

using std::chrono::seconds;

namespace {

EventResult all_at_home(Stage& stage) {
    Script script(stage);
    await_home(script, seconds(120));
    script.must(
        stage.hold(seconds(5), [&] { return stage.missing_counts(stage.plan().guest_names()); }),
        "all guests count");
    return script.done();
}

EventResult host_loses_power(Stage& stage) {
    Script script(stage);
    const std::string victim = node_of_first_site(stage.plan(), false);
    const std::string observer = stage.observer(victim);
    const auto view = script.lab().cluster(observer);
    const auto victims = view ? guests_on(stage, *view, victim) : std::vector<std::string>{};
    script.must(!victims.empty(), fmt::format("no guest runs on {}", victim));
    script.must(script.lab().power(victim, "off"), "pull the plug");
    await_fenced(script, victim, observer);
    script.await(
        seconds(120), "its guests run on the other host of the site", [&]() -> std::string {
            for (const std::string& guest : victims) {
                const std::string node = stage.heard_on(guest);
                if (node == victim || stage.plan().site_of(node) != stage.plan().site_of(victim)) {
                    return fmt::format("{} was last heard on {}", guest, node);
                }
            }
            return stage.missing_counts(stage.plan().guest_names());
        });
    script.must_not_restart(victims);
    return script.done();
}

EventResult host_returns(Stage& stage) {
    Script script(stage);
    const std::string node = node_of_first_site(stage.plan(), false);
    script.must(script.lab().power(node, "on"), "put the plug back");
    await_home(script, seconds(180));
    script.await(seconds(120), "a guest is back on " + node, [&]() -> std::string {
        for (const std::string& guest : stage.plan().guest_names()) {
            if (stage.heard_on(guest) == node) {
                return "";
            }
        }
        return "no guest counts on " + node;
    });
    await_rest(script, stage.observer({}));
    script.must_not_restart();
    return script.done();
}

std::string missing_failover(Stage& stage, const std::string& victim, const std::string& observer) {
    const auto view = stage.lab().cluster(observer);
    if (!view) {
        return view.error().message;
    }
    for (const auto& [name, lun] : stage.plan().luns) {
        const auto promoted = view->promoted.find("mirror_" + name);
        if (promoted == view->promoted.end() || promoted->second == victim) {
            return fmt::format("mirror_{} is not promoted elsewhere", name);
        }
        if (view->where("target_" + name) != promoted->second ||
            view->where("address_" + name) != promoted->second) {
            return fmt::format("address or target of {} did not follow", name);
        }
    }
    return {};
}

EventResult storage_loses_power(Stage& stage) {
    Script script(stage);
    const std::string victim = node_of_first_site(stage.plan(), true);
    const std::string observer = stage.observer(victim);
    const auto view = script.lab().cluster(observer);
    const auto victims = view ? guests_on(stage, *view, victim) : std::vector<std::string>{};
    script.must(script.lab().power(victim, "off"), "pull the plug");
    await_fenced(script, victim, observer);
    script.await(seconds(120), "LUN, address and target on the other site",
                 [&] { return missing_failover(stage, victim, observer); });
    script.await(seconds(120), "all guests count",
                 [&] { return stage.missing_counts(stage.plan().guest_names()); });
    await_rest(script, observer);
    script.must_not_restart(victims);
    return script.done();
}

EventResult storage_returns(Stage& stage) {
    Script script(stage);
    const std::string node = node_of_first_site(stage.plan(), true);
    script.must(script.lab().power(node, "on"), "put the plug back");
    await_home(script, seconds(240));
    script.must_not_restart();
    return script.done();
}

EventResult planned_evacuation(Stage& stage) {
    Script script(stage);
    const std::string node = stage.plan().node_names.back();
    const std::string observer = stage.observer(node);
    const auto view = script.lab().cluster(observer);
    const auto movers = view ? guests_on(stage, *view, node) : std::vector<std::string>{};
    script.must(!movers.empty(), fmt::format("no guest runs on {}", node));
    script.must(script.lab().on(observer, "crm_standby -v on -N " + node).map([](const auto&) {}),
                "standby");
    script.await(seconds(120), node + " is empty", [&]() -> std::string {
        for (const std::string& guest : movers) {
            if (stage.heard_on(guest) == node) {
                return guest + " still counts on " + node;
            }
        }
        return stage.missing_counts(stage.plan().guest_names());
    });
    await_rest(script, observer);
    script.must(script.lab().on(observer, "crm_standby -D -N " + node).map([](const auto&) {}),
                "unstandby");
    script.await(seconds(120), "its guests are back", [&]() -> std::string {
        for (const std::string& guest : movers) {
            if (stage.heard_on(guest) != node) {
                return guest + " counts on " + stage.heard_on(guest);
            }
        }
        return stage.missing_at_home(observer);
    });
    await_rest(script, observer);
    script.must_not_restart();
    return script.done();
}

EventResult excavator(Stage& stage) {
    Script script(stage);
    const auto before = boots(stage);
    script.must(script.lab().cut(), "cut");
    script.await(seconds(30), "the mirrors know that they are alone",
                 [&] { return missing_solitude(stage); });
    // Each Primary stands still until it gives its peer up; nobody may be silent for longer.
    script.must(
        stage.hold(seconds(60),
                   [&] { return stage.missing_counts(stage.plan().guest_names(), seconds(5)); }),
        "all guests count during the cut");
    script.must(script.lab().join(), "join");
    await_home(script, seconds(120));
    const auto after = boots(stage);
    for (const auto& [node, id] : before) {
        script.must(after.at(node) == id, node + " was fenced");
    }
    for (const std::string& guest : stage.plan().guest_names()) {
        const GuestReport report = script.so_far(guest);
        script.must(report.restarts == 0, guest + " was restarted");
        script.must(report.migrations == 0, guest + " was moved");
    }
    return script.done();
}

} // namespace

const std::vector<Event>& events() {
    static const std::vector<Event> all{
        {"a", "all at home", all_at_home},
        {"b",
         "a compute host loses power: fenced through the PDU, its VM restarts in the same site",
         host_loses_power},
        {"c", "the host returns, and its VM comes back by live migration", host_returns},
        {"d",
         "a storage node loses power: its LUN is promoted on the other site, VMs keep counting",
         storage_loses_power},
        {"e", "the storage node returns: resync, then LUN and VMs go home", storage_returns},
        {"f", "planned evacuation of a host by live migration, and back", planned_evacuation},
        {"g", "the excavator: the sites lose each other for a minute", excavator},
    };
    return all;
}

EventResult perform(const Event& event, Stage& stage) {
    const TimePoint began = stage.now();
    EventResult result = event.play(stage);
    const TimePoint ended = stage.now();
    result.id = event.id;
    result.title = event.title;
    result.seconds = std::chrono::duration<double>(ended - began).count();
    for (const std::string& guest : stage.plan().guest_names()) {
        const GuestReport report = judge(stage.history(guest), began, ended);
        if (report.lost_writes != 0) {
            result.failures.push_back(
                fmt::format("{} lost {} acknowledged writes", guest, report.lost_writes));
        }
        if (report.run_twice > 0) {
            result.failures.push_back(
                fmt::format("{} ran twice for {:.1f} s", guest, report.run_twice));
        }
        if (report.io_errors != 0) {
            result.failures.push_back(fmt::format("{} saw {} I/O errors", guest, report.io_errors));
        }
        result.guests[guest] = report;
    }
    return result;
}

} // namespace twinsite::lab
