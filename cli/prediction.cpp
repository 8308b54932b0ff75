#include "cli/prediction.hpp"

#include "cli/rest.hpp"
#include "cli/stop_first.hpp"

#include <twinsite/base/deadline.hpp>
#include <twinsite/cluster/simulation.hpp>
#include <twinsite/process/command.hpp>
#include <twinsite/site/cib.hpp>
#include <twinsite/site/interruption.hpp>
#include <twinsite/site/maintenance.hpp>
#include <twinsite/site/merge.hpp>

#include <fmt/format.h>

#include <cstdio>

namespace twinsite::cli {

namespace {
constexpr auto patience = std::chrono::seconds(120);
}

Exit exit_for_error(const Error& error) {
    return error.kind == ErrorKind::conflict || error.kind == ErrorKind::invalid_config
               ? Exit::findings
               : Exit::cluster;
}

namespace {

Result<Prediction> ask_pacemaker(site::Xml before, site::Xml after, bool nodes_answer) {
    Prediction prediction;
    prediction.changes = site::differences(before, after);
    if (!prediction.changes.empty()) {
        process::SystemCommandRunner runner;
        const SystemClock clock;
        const auto deadline = Deadline::after(clock, patience);
        const auto anyway = cluster::simulate(runner, before, deadline);
        if (!anyway) {
            return fail(anyway.error());
        }
        auto then = cluster::simulate(runner, after, deadline);
        if (!then) {
            return fail(then.error());
        }
        prediction.movements = *std::move(then);
        prediction.interruptions =
            site::interruptions(prediction.movements, *anyway, before, after);
        if (!nodes_answer) {
            std::erase_if(prediction.interruptions, [](const site::Movement& movement) {
                return movement.kind == site::MovementKind::fence;
            });
        }
    }
    if (const auto ended = site::after_maintenance(after)) {
        process::SystemCommandRunner runner;
        const SystemClock clock;
        auto then = cluster::simulate(runner, *ended, Deadline::after(clock, patience));
        if (!then) {
            return fail(then.error());
        }
        prediction.when_maintenance_ends = *std::move(then);
    }
    prediction.starved = site::newly_unoffered(before, after);
    prediction.before = std::move(before);
    prediction.after = std::move(after);
    return prediction;
}

} // namespace

Result<Prediction> predict_change(cluster::Configuration& live, site::Xml before, site::Xml after) {
    // In a file no node answers, so all of them look as if they had to be fenced.
    return ask_pacemaker(std::move(before), std::move(after), live.acts());
}

Result<Prediction> predict(cluster::Configuration& live, const site::Topology& topology) {
    auto before = live.read();
    if (!before) {
        return fail(before.error());
    }
    auto after = site::merge_cib(*before, site::render_cib(topology));
    if (!after) {
        return fail(after.error());
    }
    return predict_change(live, *std::move(before), *std::move(after));
}

Json to_json(const Prediction& prediction) {
    Json changes = Json::array();
    for (const auto& change : prediction.changes) {
        changes.push_back({{"kind", std::string(site::to_string(change.kind))},
                           {"section", change.section},
                           {"object", change.object},
                           {"detail", change.detail}});
    }
    Json json = {{"changes", std::move(changes)},
                 {"movements", to_json(prediction.movements)},
                 {"interruptions", to_json(prediction.interruptions)}};
    for (const auto& each : prediction.starved) {
        json["without_a_host"].push_back(
            {{"resource", each.resource}, {"utilization", each.names}});
    }
    if (prediction.when_maintenance_ends) {
        json["when_maintenance_ends"] = to_json(*prediction.when_maintenance_ends);
    }
    return json;
}

namespace {

void print_maintenance(const std::vector<site::Movement>& movements) {
    fmt::print("The cluster is in maintenance mode: nothing is started or stopped until it ends. "
               "If it ended now, Pacemaker would{}\n",
               movements.empty() ? " do nothing." : ":");
    for (const auto& movement : movements) {
        fmt::print("  {}\n", site::to_text(movement));
    }
    if (!movements.empty()) {
        fmt::print("That is from what it remembers; \"crm_resource --refresh\" lets it look again "
                   "after resources were removed or taken over.\n");
    }
}

} // namespace

void print_prediction(const Prediction& prediction) {
    if (prediction.changes.empty()) {
        fmt::print("nothing to change\n");
        if (prediction.when_maintenance_ends) {
            print_maintenance(*prediction.when_maintenance_ends);
        }
        return;
    }
    fmt::print("The configuration would change:\n");
    for (const auto& change : prediction.changes) {
        fmt::print("  {}\n", site::to_text(change));
    }
    fmt::print("{}", prediction.movements.empty() ? "Pacemaker would do nothing.\n"
                                                  : "Pacemaker would then:\n");
    for (const auto& movement : prediction.movements) {
        fmt::print("  {}\n", site::to_text(movement));
    }
    for (const auto& movement : prediction.interruptions) {
        fmt::print("INTERRUPTED: {}\n", site::to_text(movement));
    }
    for (const auto& each : prediction.starved) {
        fmt::print("INTERRUPTED: {}\n    {}\n", site::to_text(each), site::remedy_for(each));
    }
    if (prediction.when_maintenance_ends) {
        print_maintenance(*prediction.when_maintenance_ends);
    }
}

namespace {

Error would_interrupt(std::size_t count) {
    return {ErrorKind::conflict,
            fmt::format("{} running resource(s) would be stopped or restarted, or nodes fenced "
                        "(INTERRUPTED in the plan); nothing was changed. Add --allow-restarts if "
                        "that is meant.",
                        count)};
}

/// VMs may have travelled since PREDICTION was made: what would the change interrupt now?
Status still_harmless(cluster::Configuration& live, const Prediction& prediction, site::Xml now) {
    const site::Xml* wanted = prediction.after.child("configuration");
    site::Xml after = now;
    if (site::Xml* mine = after.child("configuration"); mine != nullptr && wanted != nullptr) {
        *mine = *wanted;
    }
    const auto again = predict_change(live, std::move(now), std::move(after));
    if (!again) {
        return fail(again.error());
    }
    return again->interruptions.empty() ? Status{}
                                        : fail(would_interrupt(again->interruptions.size()));
}

} // namespace

Status permitted(const Prediction& prediction, const Consent& consent) {
    const auto count = prediction.interruptions.size() + prediction.starved.size();
    if (count > 0 && !consent.allow_restarts) {
        return fail(would_interrupt(count));
    }
    return consent.yes ? Status{}
                       : fail(ErrorKind::conflict, "nothing was changed; add --yes to do it");
}

Status make_change(const Options& options, cluster::Configuration& live,
                   const Prediction& prediction, const Consent& consent, Json& document) {
    const auto tell = [&](const std::string& who) {
        if (!options.json) {
            fmt::print("waiting: {}\n", who);
            std::fflush(stdout);
        }
    };
    const auto waited = wait_for_travellers(live, tell);
    if (!waited) {
        return fail(waited.error());
    }
    if (*waited && !consent.allow_restarts) {
        if (auto harmless = still_harmless(live, prediction, **waited); !harmless) {
            return harmless;
        }
    }
    bool changed = false;
    const auto begin =
        stop_what_goes(live, prediction.before, prediction.after, consent, tell, changed);
    if (changed) {
        document["applied"] = nullptr; // in part, until all of it is
    }
    if (!begin) {
        return fail(begin.error());
    }
    auto done = live.change(*begin, prediction.after);
    if (done) {
        document["applied"] = true;
    } else if (done.error().kind == ErrorKind::timeout) {
        document["applied"] = nullptr;
    }
    return done;
}

Status await_rest(cluster::Configuration& live, const Consent& consent) {
    return consent.wait_s == 0 ? Status{}
                               : wait_for_rest(live, std::chrono::seconds(consent.wait_s));
}

Exit carry_out(const Options& options, cluster::Configuration& live, const Prediction& prediction,
               const Consent& consent, Json document) {
    document.update(to_json(prediction));
    document["applied"] = false;
    const auto refuse = [&](const Error& error, Exit exit) {
        return report(options, error, exit, std::move(document));
    };
    if (!options.json) {
        print_prediction(prediction);
    }
    if (!prediction.changes.empty()) {
        if (const auto may = permitted(prediction, consent); !may) {
            return refuse(may.error(), Exit::findings);
        }
        if (const auto done = make_change(options, live, prediction, consent, document); !done) {
            return refuse(done.error(), exit_for_error(done.error()));
        }
        if (!options.json) {
            fmt::print("applied\n");
        }
        if (const auto rest = await_rest(live, consent); !rest) {
            return refuse(rest.error(), Exit::findings);
        }
    }
    if (options.json) {
        print_json(document);
    }
    return Exit::fine;
}

} // namespace twinsite::cli
