#include "cli/prediction.hpp"

#include "cli/json.hpp"
#include "cli/rest.hpp"

#include <twinsite/base/deadline.hpp>
#include <twinsite/cluster/simulation.hpp>
#include <twinsite/process/command.hpp>
#include <twinsite/site/cib.hpp>
#include <twinsite/site/merge.hpp>

#include <fmt/format.h>

namespace twinsite::cli {

namespace {
constexpr auto patience = std::chrono::seconds(120);
}

Exit exit_for_error(const Error& error) {
    return error.kind == ErrorKind::conflict || error.kind == ErrorKind::invalid_config
               ? Exit::findings
               : Exit::cluster;
}

Result<Prediction> predict_change(site::Xml before, site::Xml after) {
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
        prediction.interruptions = site::interruptions(prediction.movements, *anyway);
    }
    prediction.before = std::move(before);
    prediction.after = std::move(after);
    return prediction;
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
    return predict_change(*std::move(before), *std::move(after));
}

void print_prediction(const Options& options, const Prediction& prediction) {
    if (options.json) {
        Json changes = Json::array();
        for (const auto& change : prediction.changes) {
            changes.push_back({{"kind", std::string(site::to_string(change.kind))},
                               {"section", change.section},
                               {"object", change.object},
                               {"detail", change.detail}});
        }
        print_json({{"changes", std::move(changes)},
                    {"movements", to_json(prediction.movements)},
                    {"interruptions", to_json(prediction.interruptions)}});
        return;
    }
    if (prediction.changes.empty()) {
        fmt::print("nothing to change\n");
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
}

namespace {

Error would_interrupt(std::size_t count) {
    return {ErrorKind::conflict,
            fmt::format("{} running VM(s) would be stopped or restarted, or nodes fenced (see "
                        "INTERRUPTED above); nothing was changed. Add --allow-restarts if that is "
                        "meant.",
                        count)};
}

/// VMs may have travelled since PREDICTION was made: what would the change interrupt now?
Status still_harmless(const Prediction& prediction, site::Xml now) {
    const site::Xml* wanted = prediction.after.child("configuration");
    site::Xml after = now;
    if (site::Xml* mine = after.child("configuration"); mine != nullptr && wanted != nullptr) {
        *mine = *wanted;
    }
    const auto again = predict_change(std::move(now), std::move(after));
    if (!again) {
        return fail(again.error());
    }
    return again->interruptions.empty() ? Status{}
                                        : fail(would_interrupt(again->interruptions.size()));
}

Status change_at_rest(const Options& options, cluster::Configuration& live,
                      const Prediction& prediction, const Consent& consent) {
    const auto waited = wait_for_travellers(live, [&](const std::string& who) {
        if (!options.json) {
            fmt::print("waiting: {}\n", who);
        }
    });
    if (!waited) {
        return fail(waited.error());
    }
    if (*waited && !consent.allow_restarts) {
        if (auto harmless = still_harmless(prediction, **waited); !harmless) {
            return harmless;
        }
    }
    return live.change(prediction.before, prediction.after);
}

} // namespace

Exit carry_out(const Options& options, cluster::Configuration& live, Prediction prediction,
               const Consent& consent) {
    if (!live.acts()) {
        // In a file no node answers, so all of them look as if they had to be fenced.
        std::erase_if(prediction.interruptions, [](const site::Movement& movement) {
            return movement.kind == site::MovementKind::fence;
        });
    }
    print_prediction(options, prediction);
    if (prediction.changes.empty()) {
        return Exit::fine;
    }
    if (!prediction.interruptions.empty() && !consent.allow_restarts) {
        return report(options, would_interrupt(prediction.interruptions.size()), Exit::findings);
    }
    if (!consent.yes) {
        return report(options, {ErrorKind::conflict, "nothing was changed; add --yes to do it"},
                      Exit::findings);
    }
    if (const auto done = change_at_rest(options, live, prediction, consent); !done) {
        return report(options, done.error(), exit_for_error(done.error()));
    }
    if (!options.json) {
        fmt::print("applied\n");
    }
    if (consent.wait_s > 0) {
        if (const auto rest = wait_for_rest(live, std::chrono::seconds(consent.wait_s)); !rest) {
            return report(options, rest.error(), Exit::findings);
        }
    }
    return Exit::fine;
}

} // namespace twinsite::cli
