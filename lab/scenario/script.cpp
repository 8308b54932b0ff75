#include "lab/scenario/script.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <ctime>

namespace twinsite::lab {

using std::chrono::seconds;

Script::Script(Stage& stage)
    : stage_(stage)
    , began_(stage.now())
    , began_at_(fmt::format("{:%Y-%m-%d %H:%M:%SZ}", fmt::gmtime(std::time(nullptr)))) {}

void Script::must(const Status& status, std::string_view what) {
    if (!status) {
        result_.failures.push_back(fmt::format("{}: {}", what, status.error().message));
    }
}

void Script::must(bool holds, std::string what) {
    if (!holds) {
        result_.failures.push_back(std::move(what));
    }
}

void Script::await(Milliseconds patience, std::string_view what, const Expectation& expectation) {
    const auto status = stage_.wait(patience, expectation);
    must(status, what);
    if (status) {
        const std::chrono::duration<double> after = stage_.now() - began_;
        tell(fmt::format("{} after {:.1f} s", what, after.count()));
    }
}

std::string Script::run(const std::string& node, const std::string& command,
                        Milliseconds patience) {
    auto printed = lab().on(node, command, patience);
    must(printed.has_value(),
         fmt::format("{}: {}: {}", node, command, printed ? "" : printed.error().message));
    return printed ? *std::move(printed) : std::string();
}

GuestReport Script::so_far(const std::string& guest) const {
    return judge(stage_.history(guest), began_, stage_.now());
}

void Script::must_not_restart(const std::vector<std::string>& except) {
    for (const std::string& guest : stage_.plan().guest_names()) {
        const bool may = std::find(except.begin(), except.end(), guest) != except.end();
        must(may || so_far(guest).restarts == 0, guest + " was restarted");
    }
}

std::vector<std::string> guests_on(Stage& stage, const ClusterView& view, const std::string& node) {
    std::vector<std::string> names;
    for (const std::string& guest : stage.plan().guest_names()) {
        if (view.where("vm_" + guest) == node) {
            names.push_back(guest);
        }
    }
    return names;
}

/// A node of the first site: its storage node, or its pure compute host.
std::string node_of_first_site(const SitePlan& plan, bool storage) {
    const std::string& site = plan.nodes.at(plan.node_names.front()).site;
    for (const std::string& name : plan.node_names) {
        if (plan.site_of(name) == site && plan.nodes.at(name).storage == storage) {
            return name;
        }
    }
    return {};
}

std::map<std::string, std::string> boots(Stage& stage) {
    std::map<std::string, std::string> ids;
    for (const std::string& node : stage.plan().node_names) {
        ids[node] = stage.boot_id(node).value_or("no answer");
    }
    return ids;
}

std::string missing_solitude(Stage& stage) {
    for (const auto& [name, lun] : stage.plan().luns) {
        const std::string node = stage.plan().home_replica(name);
        const auto mirrors = stage.lab().mirrors(node);
        if (!mirrors || !mirrors->contains(lun.minor)) {
            return fmt::format("no DRBD state of {} from {}", name, node);
        }
        if (mirrors->at(lun.minor).connection == "Connected") {
            return fmt::format("{} on {} is still connected", name, node);
        }
    }
    return {};
}

void await_home(Script& script, Milliseconds patience) {
    Stage& stage = script.stage();
    script.await(patience, "everything at home and in sync",
                 [&] { return stage.missing_at_home(stage.observer({})); });
    // A guest counts at its new place before Pacemaker has finished its migration; a fault in
    // between makes Pacemaker 2.1.5 take it for active twice, and restart it.
    await_rest(script, stage.observer({}));
}

/// An admin looks before the next command: what Pacemaker has begun it must have finished.
void await_rest(Script& script, const std::string& observer) {
    script.must(
        script.stage().wait(seconds(120),
                            [&]() -> std::string {
                                const auto idle = script.lab().on(
                                    observer, "crm_resource --wait --timeout=5s", seconds(30));
                                return idle ? "" : "it is still busy: " + idle.error().message;
                            }),
        "the cluster comes to rest");
}

void await_fenced(Script& script, const std::string& victim, const std::string& observer) {
    // Pacemaker 2.1.5 can lose the confirmation of a monitor that it cancelled while it ran, and
    // then waits for that action's timeout and a minute before it goes on (docs/site-affinity.md).
    script.await(seconds(180), victim + " fenced", [&]() -> std::string {
        const auto view = script.lab().cluster(observer);
        if (!view) {
            return view.error().message;
        }
        const auto node = view->nodes.find(victim);
        if (node == view->nodes.end() || node->second.unclean) {
            return victim + " is not known to be dead";
        }
        const auto fenced = view->fenced.find(victim);
        return fenced != view->fenced.end() && fenced->second >= script.began_at()
                   ? ""
                   : "no fencing of " + victim + " is confirmed";
    });
}

} // namespace twinsite::lab
