#include "cli/rest.hpp"

#include <twinsite/cluster/simulation.hpp>
#include <twinsite/process/command.hpp>
#include <twinsite/site/movement.hpp>

#include <fmt/format.h>

#include <vector>

namespace twinsite::cli {

namespace {

constexpr auto interval = std::chrono::seconds(1);
constexpr auto one_look = std::chrono::seconds(60);
/// A big VM's live migration.
constexpr auto longest_journey = std::chrono::minutes(10);

struct Look {
    site::Xml cib;
    std::vector<site::Movement> movements; ///< what Pacemaker has still to do
};

Result<Look> look(cluster::Configuration& live, const Clock& clock) {
    auto cib = live.read();
    if (!cib) {
        return fail(cib.error());
    }
    process::SystemCommandRunner runner;
    auto movements = cluster::simulate(runner, *cib, Deadline::after(clock, one_look));
    if (!movements) {
        return fail(movements.error());
    }
    return Look{*std::move(cib), *std::move(movements)};
}

} // namespace

Result<std::optional<site::Xml>>
wait_for_travellers(cluster::Configuration& live,
                    const std::function<void(const std::string&)>& tell) {
    if (!live.acts()) {
        return std::nullopt;
    }
    SystemClock clock;
    const auto deadline = Deadline::after(clock, longest_journey);
    std::string told;
    for (;;) {
        auto seen = look(live, clock);
        if (!seen) {
            return fail(seen.error());
        }
        const auto travelling = site::travellers(seen->movements);
        if (travelling.empty()) {
            return told.empty() ? std::optional<site::Xml>{} : std::move(seen->cib);
        }
        const std::string who = site::to_text(travelling.front());
        if (deadline.passed(clock)) {
            return fail(ErrorKind::conflict,
                        fmt::format("{} has not come to its end; nothing was changed. See "
                                    "\"crm_mon -1\" for what holds it.",
                                    who));
        }
        if (who != told) {
            tell(who);
            told = who;
        }
        clock.pause(interval);
    }
}

Status wait_for_rest(cluster::Configuration& live, Milliseconds patience) {
    SystemClock clock;
    const auto deadline = Deadline::after(clock, patience);
    for (;;) {
        const auto seen = look(live, clock);
        if (!seen) {
            return fail(seen.error().in(
                "the change is made, but whether the cluster has carried it out is not known"));
        }
        if (!live.acts() || seen->movements.empty()) {
            return {};
        }
        if (deadline.passed(clock)) {
            return fail(
                ErrorKind::timeout,
                fmt::format("the change is made, but after {} s the cluster has still to "
                            "do: {}",
                            std::chrono::duration_cast<std::chrono::seconds>(patience).count(),
                            site::to_text(seen->movements.front())));
        }
        clock.pause(interval);
    }
}

} // namespace twinsite::cli
