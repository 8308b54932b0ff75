#include "agents/vip/vip_agent.hpp"

#include <twinsite/log/log.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace twinsite::vip {

namespace {

using network::Interface;
using network::IpAddress;
using ocf::ExitCode;
using ocf::Outcome;

constexpr unsigned deep = 10;
constexpr Milliseconds neighbour_patience{3000};

std::string list_of(std::span<const WantedAddress> wanted) {
    std::string text;
    for (const WantedAddress& each : wanted) {
        text += (text.empty() ? "" : ", ") + each.address.text();
    }
    return text;
}

std::string text_of(const ConflictReport& report) {
    return report.given_up
               ? fmt::format("{} answered for {} after this node was frozen: given up", report.by,
                             report.address.text())
               : fmt::format("{} is also used by {} ({} packets since the last monitor)",
                             report.address.text(), report.by, report.packets);
}

/// Our address that can ask PEER.
const WantedAddress* asker(const Settings& settings, const IpAddress& peer) {
    const auto found =
        std::find_if(settings.addresses.begin(), settings.addresses.end(),
                     [&](const auto& each) { return each.address.family() == peer.family(); });
    return found == settings.addresses.end() ? nullptr : &*found;
}

} // namespace

Result<Observation> VipAgent::look(const Settings& settings, bool with_prefixes) const {
    auto seen = observer_.addresses(settings.addresses, settings.nic, with_prefixes);
    if (seen && settings.lvs) {
        set_loopback_aside(*seen, settings.addresses);
    }
    return seen;
}

Outcome VipAgent::start() {
    const auto settings = read_settings(request_);
    if (!settings) {
        return Outcome::of(settings.error());
    }
    const auto seen = look(*settings, true);
    if (!seen) {
        return Outcome::of(seen.error());
    }
    if (!seen->interface) {
        return Outcome::of(seen->interface.error());
    }
    const Assessment before = assess(settings->addresses, *seen);
    if (auto free = may_start(before, *seen); !free) {
        return Outcome::of(free.error());
    }
    Takeover takeover(tools_, *settings, request_.deadline);
    if (auto taken = takeover.run(*seen, before); !taken) {
        return Outcome::of(taken.error());
    }
    const auto after = look(*settings, false);
    if (!after) {
        return Outcome::of(after.error());
    }
    const Assessment assessment = assess(settings->addresses, *after);
    if (assessment.standing != Standing::running) {
        return Outcome::of(ExitCode::error, fmt::format("added, but {}", assessment.reason.empty()
                                                                             ? "it is gone again"
                                                                             : assessment.reason));
    }
    // Pacemaker logs the success itself; at info this line alone would load the log library.
    log::debug("{} answers on {}", list_of(settings->addresses), after->interface->name);
    return Outcome::ok();
}

Outcome VipAgent::stop() {
    return ocf::outcome_of(Release(tools_, request_).run());
}

/// Somebody's own address, with another prefix length: no start of ours left a record of it.
bool VipAgent::is_foreign(const Assessment& assessment) const {
    const bool here =
        std::any_of(assessment.findings.begin(), assessment.findings.end(),
                    [](const Finding& finding) { return finding.place == Place::here; });
    return assessment.standing == Standing::faulty && !here && !tools_.record.read();
}

Outcome VipAgent::report_stopped(const Observation& seen, const Assessment& assessment) {
    if (request_.probe) {
        return Outcome::of(ExitCode::not_running);
    }
    if (const auto report = tools_.guard.take_report(); report && report->given_up) {
        return Outcome::of(ExitCode::not_running, text_of(*report));
    }
    if (!seen.interface) {
        return Outcome::of(ExitCode::error, seen.interface.error().message);
    }
    for (const Finding& finding : assessment.findings) {
        if (finding.place == Place::elsewhere) {
            return Outcome::of(ExitCode::error, fmt::format("{} is on interface {} instead of {}",
                                                            finding.address.text(),
                                                            name_of(seen, finding.seen.interface),
                                                            seen.interface->name));
        }
    }
    return Outcome::of(ExitCode::not_running);
}

Outcome VipAgent::check_companions() {
    const auto record = tools_.record.read();
    if (!record || (record->routes.empty() && record->rules.empty() && record->labels.empty())) {
        return Outcome::ok();
    }
    const auto labels = observer_.missing(record->labels);
    if (!labels) {
        return Outcome::of(labels.error());
    }
    if (!labels->empty()) {
        return Outcome::of(ExitCode::error,
                           fmt::format("address label {} of {} is missing", labels->front().label,
                                       labels->front().prefix.text()));
    }
    const auto routes = observer_.missing(record->routes);
    const auto rules = observer_.missing(record->rules);
    if (!routes || !rules) {
        return Outcome::of(routes ? rules.error() : routes.error());
    }
    if (!routes->empty()) {
        return Outcome::of(ExitCode::error,
                           fmt::format("route to {}/{} is missing",
                                       routes->front().destination.text(), routes->front().prefix));
    }
    if (!rules->empty()) {
        return Outcome::of(ExitCode::error,
                           fmt::format("rule from {} lookup {} is missing",
                                       rules->front().source.text(), rules->front().table));
    }
    return Outcome::ok();
}

/// What runs here by the cluster's word was started here, and its record is lost.
std::optional<Record> VipAgent::remember_again(const Settings& settings, const Observation& seen) {
    Record record{.interface = seen.interface->index,
                  .interface_name = seen.interface->name,
                  .addresses = {},
                  .routes = {},
                  .rules = {}};
    for (const Finding& finding : assess(settings.addresses, seen).findings) {
        record.addresses.push_back(finding.seen);
    }
    if (auto written = tools_.record.write(record); !written) {
        log::error("the record of what was started is lost: {}", written.error().message);
        return std::nullopt;
    }
    log::warning("the record of what was started was lost: written again, of the addresses only");
    return record;
}

Outcome VipAgent::check_guard(const Settings& settings, const Observation& seen) {
    if (request_.probe || !settings.watch) {
        return Outcome::ok();
    }
    auto record = tools_.record.read();
    if (!record) {
        record = remember_again(settings, seen);
    }
    const bool guardable =
        record &&
        std::any_of(settings.addresses.begin(), settings.addresses.end(),
                    [&](const WantedAddress& each) {
                        return network::has_neighbours(*seen.interface, each.address.family());
                    });
    if (guardable && !tools_.guard.alive()) {
        log::notice("the background process is gone: starting it again");
        leave_guard(tools_, *record, watch_plan(settings, 0));
    }
    if (const auto report = tools_.guard.take_report()) {
        return Outcome::of(settings.conflict_fails ? ExitCode::error : ExitCode::degraded,
                           text_of(*report));
    }
    return Outcome::ok();
}

Outcome VipAgent::check_neighbours(const Settings& settings, const Interface& interface) {
    std::vector<IpAddress> peers = settings.peers;
    if (peers.empty()) {
        auto gateways = observer_.gateways(interface.index);
        if (!gateways) {
            return Outcome::of(gateways.error());
        }
        peers = std::move(*gateways);
    }
    std::string asked;
    for (const IpAddress& peer : peers) {
        const WantedAddress* ours = asker(settings, peer);
        if (ours == nullptr || !network::has_neighbours(interface, peer.family())) {
            continue;
        }
        const auto deadline = request_.deadline.within(
            tools_.clock, neighbour_patience / static_cast<int>(peers.size()));
        const auto answers = tools_.segment.answers(interface, ours->address, peer, deadline);
        if (!answers) {
            return Outcome::of(answers.error());
        }
        if (*answers) {
            return Outcome::ok();
        }
        asked += (asked.empty() ? "" : ", ") + peer.text();
    }
    return asked.empty() ? Outcome::ok()
                         : Outcome::of(ExitCode::error, fmt::format("no answer from {} on {}",
                                                                    asked, interface.name));
}

Outcome VipAgent::check_running(const Settings& settings, const Observation& seen) {
    const Interface& interface = *seen.interface;
    const std::string trouble = network::link_trouble(interface);
    if (settings.check_link && !trouble.empty()) {
        return Outcome::of(ExitCode::error,
                           fmt::format("interface {} {}", interface.name, trouble));
    }
    if (Outcome companions = check_companions(); companions.code != ExitCode::success) {
        return companions;
    }
    if (request_.check_level >= deep) {
        Outcome neighbours = check_neighbours(settings, interface);
        if (neighbours.code != ExitCode::success) {
            return neighbours;
        }
    }
    for (unsigned i = 0; i < settings.refresh_announcements; ++i) {
        announce(tools_, interface, settings.addresses);
    }
    return check_guard(settings, seen);
}

Outcome VipAgent::monitor() {
    const auto settings = read_settings(request_);
    if (!settings) {
        return Outcome::of(settings.error());
    }
    const auto seen = look(*settings, false);
    if (!seen) {
        return Outcome::of(seen.error());
    }
    const Assessment assessment = assess(settings->addresses, *seen);
    if (request_.probe && is_foreign(assessment)) {
        return Outcome::of(ExitCode::not_running, assessment.reason + ", and not by this resource");
    }
    switch (assessment.standing) {
    case Standing::stopped:
        return report_stopped(*seen, assessment);
    case Standing::faulty:
        return Outcome::of(ExitCode::error, assessment.reason);
    case Standing::running:
        break;
    }
    return check_running(*settings, *seen);
}

Outcome VipAgent::reload() {
    const auto settings = read_settings(request_);
    if (!settings) {
        return Outcome::of(settings.error());
    }
    // Only the background process remembers parameters that may change.
    if (auto ended = tools_.guard.end(request_.deadline); !ended) {
        return Outcome::of(ended.error());
    }
    if (const auto record = tools_.record.read()) {
        leave_guard(tools_, *record, watch_plan(*settings, 0));
    }
    return Outcome::ok();
}

Outcome VipAgent::validate() {
    const auto settings = read_settings(request_);
    if (!settings) {
        return Outcome::of(settings.error());
    }
    if (request_.check_level < deep) {
        return Outcome::ok(); // level 0 must not look at the node
    }
    const auto seen = look(*settings, true);
    if (!seen) {
        return Outcome::of(seen.error());
    }
    if (!seen->interface) {
        return Outcome::of(seen->interface.error());
    }
    return ocf::outcome_of(complete(*settings, *seen).map([](const auto&) {}));
}

} // namespace twinsite::vip
