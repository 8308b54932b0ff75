#include "ocf/agent.hpp"

#include "ocf/last_parameters.hpp"

#include <twinsite/log/log.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <exception>

namespace twinsite::ocf {

namespace {

std::string usage(const Description& description) {
    std::string names = "meta-data";
    std::vector<std::string> seen;
    for (const ActionSpec& action : description.actions) {
        if (std::find(seen.begin(), seen.end(), action.name) == seen.end()) {
            seen.push_back(action.name);
            names += "|" + action.name;
        }
    }
    return fmt::format(
        "usage: {} {{{}}}\n"
        "An OCF resource agent: Pacemaker calls it with parameters in OCF_RESKEY_*.\n",
        description.name, names);
}

bool offers(const Description& description, std::string_view action) {
    return std::any_of(description.actions.begin(), description.actions.end(),
                       [&](const ActionSpec& spec) { return spec.name == action; });
}

void print_reason(std::string reason, const Environment& environment) {
    if (reason.empty()) {
        return;
    }
    std::replace(reason.begin(), reason.end(), '\n', ' ');
    log::notice("{}", reason);
    if (reason.size() > reason_limit) {
        reason.resize(reason_limit - 3);
        reason += "...";
    }
    const auto prefix = environment.find("OCF_EXIT_REASON_PREFIX");
    fmt::print(stderr, "{}{}\n", prefix == environment.end() ? "ocf-exit-reason:" : prefix->second,
               reason);
}

int finish(const Outcome& outcome, const Environment& environment) {
    print_reason(outcome.reason, environment);
    return static_cast<int>(outcome.code);
}

Outcome perform(const Description& description, std::string_view action,
                const Environment& environment, const AgentFactory& factory) {
    const SystemClock clock;
    const auto request = parse_request(description, action, environment, clock);
    if (!request) {
        return Outcome::of(request.error());
    }
    const ActionTable table = factory(*request);
    for (const auto& [name, act] : table) {
        if (name == action) {
            return act();
        }
    }
    return Outcome::of(ExitCode::unimplemented,
                       fmt::format("action {} is not implemented", action));
}

log::Options log_options(const Description& description, const Environment& environment) {
    const auto instance = environment.find("OCF_RESOURCE_INSTANCE");
    log::Options options{.name = instance == environment.end()
                                     ? description.name
                                     : fmt::format("{}({})", description.name, instance->second)};
    const auto debug = environment.find("HA_debug");
    if (debug != environment.end() && debug->second != "0") {
        options.level = log::Level::debug;
    }
    return options;
}

} // namespace

Outcome outcome_of(const Status& status) {
    return status ? Outcome::ok() : Outcome::of(status.error());
}

int run(const Description& description, int argc, const char* const* argv,
        const AgentFactory& factory) {
    const std::string_view action = argc > 1 ? argv[1] : "";
    if (action == "meta-data") {
        fmt::print("{}", metadata(description));
        return static_cast<int>(ExitCode::success);
    }
    if (action == "usage" || action == "help" || action == "--help" || action == "-h") {
        fmt::print("{}", usage(description));
        return static_cast<int>(ExitCode::success);
    }
    if (!offers(description, action)) {
        fmt::print(stderr, "{}", usage(description));
        return static_cast<int>(ExitCode::unimplemented);
    }
    const Environment given = process_environment();
    const log::Session session(log_options(description, given));
    const LastParameters last(description, given);
    const Environment environment = last.completed(action, given);
    try {
        const int code = finish(perform(description, action, environment, factory), environment);
        last.note(action, code, given);
        return code;
    } catch (const std::exception& bug) {
        return finish(Outcome::of(ExitCode::error,
                                  fmt::format("a bug in {}: {}", description.name, bug.what())),
                      environment);
    }
}

} // namespace twinsite::ocf
