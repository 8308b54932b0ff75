#include "agent.hpp"

#include <twinsite/base/text.hpp>
#include <twinsite/log/log.hpp>
#include <twinsite/power/names.hpp>
#include <twinsite/power/switching.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace twinsite::fencing {

using power::OutletState;

namespace {

/// What switching on again may take when proving off has used up the time.
constexpr Milliseconds shortest_on{5'000};

std::string_view status_word(OutletState state) {
    switch (state) {
    case OutletState::on:
        return "ON";
    case OutletState::off:
        return "OFF";
    case OutletState::pending:
    case OutletState::unknown:
    case OutletState::error:
        return "UNKNOWN";
    }
    return "UNKNOWN";
}

} // namespace

Result<Outcome> Agent::perform() {
    const std::string& action = settings_.action;
    if (action == "on") {
        return on();
    }
    if (action == "off") {
        return off();
    }
    if (action == "reboot") {
        return reboot();
    }
    if (action == "status") {
        return status();
    }
    if (action == "list" || action == "list-status") {
        return list(action == "list-status");
    }
    return monitor();
}

Result<std::vector<std::string>> Agent::resolve(const std::string& plug) {
    return power::resolve_plugs(device_, plug, settings_.plug_separator, deadline_);
}

/// plug is the user's; port is Pacemaker's, made of pcmk_host_map or else the node's name. Both can
/// come at once, and must not say different things.
Result<std::vector<std::string>> Agent::outlets() {
    const std::string& plug = settings_.plug;
    const std::string& port = settings_.port;
    if (port.empty() || port == plug) {
        return resolve(plug);
    }
    if (plug.empty()) {
        return resolve(port);
    }
    auto by_plug = resolve(plug);
    auto by_port = resolve(port);
    if (!by_port && port == settings_.node_name && by_port.error().kind == ErrorKind::not_found) {
        return by_plug;
    }
    if (!by_port) {
        return by_port;
    }
    if (!by_plug) {
        return by_plug;
    }
    if (*by_plug != *by_port) {
        return fail(ErrorKind::invalid_config,
                    fmt::format("plug is \"{}\" and port is \"{}\", which are different outlets: "
                                "remove plug or pcmk_host_map",
                                printable(plug), printable(port)));
    }
    return by_plug;
}

Status Agent::switch_all(const std::vector<std::string>& outlets, OutletState wanted,
                         const Deadline& deadline) {
    const power::Patience patience{.deadline = deadline,
                                   .first_look = std::max(settings_.power_wait, Milliseconds(20)),
                                   .poll_interval = settings_.poll_interval};
    return power::switch_outlets(device_, outlets, wanted, clock_, patience);
}

Result<Outcome> Agent::on() {
    const auto wanted = outlets();
    if (!wanted) {
        return fail(wanted.error());
    }
    if (const auto done = switch_all(*wanted, OutletState::on, deadline_); !done) {
        return fail(done.error());
    }
    return Outcome{.output = "Success: Powered ON\n"};
}

Result<Outcome> Agent::off() {
    const auto wanted = outlets();
    if (!wanted) {
        return fail(wanted.error());
    }
    if (const auto done = switch_all(*wanted, OutletState::off, deadline_); !done) {
        return fail(done.error());
    }
    return Outcome{.output = "Success: Powered OFF\n"};
}

void Agent::switch_on_again(const std::vector<std::string>& outlets) {
    const Deadline deadline(std::max(deadline_.at(), Deadline::after(clock_, shortest_on).at()));
    for (unsigned attempt = 0; attempt <= settings_.retry_on; ++attempt) {
        const auto on = switch_all(outlets, OutletState::on, deadline);
        if (on) {
            return;
        }
        log::warning("the node was off, but does not come on again: {}", on.error().message);
        if (deadline.passed(clock_)) {
            return;
        }
    }
}

Result<Outcome> Agent::reboot() {
    const auto wanted = outlets();
    if (!wanted) {
        return fail(wanted.error());
    }
    if (settings_.device_cycle) {
        return reboot_by_cycle(*wanted);
    }
    if (const auto done = switch_all(*wanted, OutletState::off, deadline_); !done) {
        return fail(done.error());
    }
    clock_.pause(settings_.reboot_hold);
    switch_on_again(*wanted);
    return Outcome{.output = "Success: Rebooted\n"};
}

Result<Outcome> Agent::reboot_by_cycle(const std::vector<std::string>& outlets) {
    const power::Patience patience{.deadline = deadline_,
                                   .first_look = Milliseconds(20),
                                   .poll_interval = settings_.poll_interval};
    if (const auto seen = power::cycle_outlets(device_, outlets, clock_, patience); !seen) {
        return fail(seen.error());
    }
    if (const auto on = power::await_outlets(device_, outlets, OutletState::on, clock_, patience);
        !on) {
        log::warning("the node was off, but does not come on again: {}", on.error().message);
    }
    return Outcome{.output = "Success: Rebooted\n"};
}

Result<Outcome> Agent::status() {
    const auto wanted = outlets();
    if (!wanted) {
        return fail(wanted.error());
    }
    const auto readings = device_.read(*wanted, deadline_);
    if (!readings) {
        return fail(readings.error());
    }
    const power::OutletReading sum = power::together(*wanted, *readings);
    if (sum.state != OutletState::on && sum.state != OutletState::off) {
        return fail(ErrorKind::protocol, sum.detail);
    }
    return Outcome{.code = sum.state == OutletState::on ? ExitCode::success : ExitCode::off,
                   .output = fmt::format("Status: {}\n", status_word(sum.state))};
}

Result<Outcome> Agent::list(bool with_status) {
    const auto all = device_.list(deadline_);
    if (!all) {
        return fail(all.error());
    }
    std::vector<std::string> identifiers;
    for (const power::Outlet& outlet : *all) {
        identifiers.push_back(outlet.identifier);
    }
    std::vector<power::OutletReading> readings(all->size());
    if (with_status) {
        auto read = device_.read(identifiers, deadline_);
        if (!read) {
            return fail(read.error());
        }
        readings = std::move(*read);
    }
    Outcome outcome;
    for (std::size_t i = 0; i < all->size(); ++i) {
        outcome.output += (*all)[i].identifier + settings_.separator + power::list_name((*all)[i]);
        if (with_status) {
            outcome.output += settings_.separator;
            outcome.output += status_word(readings[i].state);
        }
        outcome.output += '\n';
    }
    return outcome;
}

Result<Outcome> Agent::monitor() {
    const auto all = device_.list(deadline_);
    if (!all) {
        return fail(all.error());
    }
    std::vector<std::string> watched;
    if (!settings_.plug.empty()) {
        const auto wanted = resolve(settings_.plug);
        if (!wanted) {
            return fail(wanted.error());
        }
        watched = *wanted;
    } else {
        watched.push_back(all->front().identifier);
    }
    const auto readings = device_.read(watched, deadline_);
    if (!readings) {
        return fail(readings.error());
    }
    const OutletState state = readings->front().state;
    if (state == OutletState::unknown || state == OutletState::error) {
        return fail(ErrorKind::protocol, power::together(watched, *readings).detail);
    }
    if (state == OutletState::pending) {
        return Outcome{}; // a command is under way: leave the outlet alone
    }
    const auto write = device_.prove_write(watched.front(), deadline_);
    if (!write) {
        return fail(write.error());
    }
    if (*write == power::WriteProof::impossible) {
        log::debug("this family has no command that switches nothing: write access is not proven");
    }
    return Outcome{};
}

} // namespace twinsite::fencing
