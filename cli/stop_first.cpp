#include "cli/stop_first.hpp"

#include <twinsite/base/deadline.hpp>
#include <twinsite/base/text.hpp>
#include <twinsite/cluster/state.hpp>
#include <twinsite/site/maintenance.hpp>
#include <twinsite/site/removal.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace twinsite::cli {

namespace {

constexpr auto interval = std::chrono::seconds(1);
constexpr auto usual_patience = std::chrono::minutes(10);

std::string named(const site::Removal& removal) {
    constexpr std::size_t most = 5;
    const auto count = removal.primitives.size();
    const std::vector<std::string> first(removal.primitives.begin(),
                                         removal.primitives.begin() +
                                             static_cast<std::ptrdiff_t>(std::min(count, most)));
    return join(first, ", ") + (count > most ? fmt::format(" and {} more", count - most) : "");
}

Result<site::Xml> wait_until_stopped(cluster::Configuration& live, const site::Removal& removal,
                                     Milliseconds patience,
                                     const std::function<void(const std::string&)>& tell) {
    SystemClock clock;
    const auto deadline = Deadline::after(clock, patience);
    std::string told;
    for (;;) {
        auto cib = live.read();
        if (!cib) {
            return fail(cib.error());
        }
        const auto state = cluster::interpret(*cib);
        if (!state) {
            return fail(state.error());
        }
        const std::string running = site::still_running(removal, *state);
        if (running.empty()) {
            return cib;
        }
        if (deadline.passed(clock)) {
            return fail(ErrorKind::timeout,
                        fmt::format("{} has not stopped within {} s; it has target-role=Stopped "
                                    "and is still configured. See \"crm_mon -1\" for what holds "
                                    "it, then give the same command again.",
                                    running,
                                    std::chrono::floor<std::chrono::seconds>(patience).count()));
        }
        if (running != told) {
            tell(fmt::format("{} stops", running));
            told = running;
        }
        clock.pause(interval);
    }
}

} // namespace

Result<site::Xml> stop_what_goes(cluster::Configuration& live, const site::Xml& before,
                                 const site::Xml& after, const Consent& consent,
                                 const std::function<void(const std::string&)>& tell,
                                 bool& changed) {
    if (!live.acts()) {
        return before; // in a file nothing runs
    }
    const auto state = cluster::interpret(before);
    if (!state) {
        return fail(state.error());
    }
    const site::Removal removal = site::removed_while_running(before, after, *state);
    if (removal.empty()) {
        return before;
    }
    if (site::after_maintenance(before)) {
        if (!consent.allow_restarts) {
            return fail(ErrorKind::conflict,
                        fmt::format("{} would be removed while running, and in maintenance mode "
                                    "nothing is stopped; nothing was changed. Add "
                                    "--allow-restarts to leave it running as nobody's, and give "
                                    "\"crm_resource --refresh\" before maintenance mode ends.",
                                    named(removal)));
        }
        return before;
    }
    const site::Xml stopped = site::stopped_first(before, removal);
    if (auto done = live.change(before, stopped); !done) {
        changed = done.error().kind == ErrorKind::timeout; // it may have been taken
        return fail(done.error());
    }
    changed = true;
    const Milliseconds patience =
        consent.wait_s == 0 ? Milliseconds(usual_patience) : std::chrono::seconds(consent.wait_s);
    auto now = wait_until_stopped(live, removal, patience, tell);
    if (!now) {
        return now;
    }
    const site::Xml* ours = stopped.child("configuration");
    const site::Xml* theirs = now->child("configuration");
    if (theirs == nullptr || ours == nullptr || *ours != *theirs) {
        return fail(ErrorKind::conflict,
                    fmt::format("the configuration was changed by somebody else while {} stopped; "
                                "nothing else was changed. Give the same command again.",
                                named(removal)));
    }
    return now;
}

} // namespace twinsite::cli
