#include "agents/vm/vm_agent.hpp"

#include <twinsite/log/log.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace twinsite::vm {

namespace {

constexpr unsigned agent_level = 10;
constexpr unsigned application_level = 20;
constexpr Milliseconds ping_patience{5000};
constexpr Milliseconds script_interval{2000};

} // namespace

ocf::Outcome VmAgent::check_health(const Definition& definition, unsigned level,
                                   const Deadline& deadline) {
    const auto failed = [](const Error& error) {
        return ocf::Outcome::of(ocf::ExitCode::error, error.message);
    };
    if (level >= agent_level && definition.guest_agent) {
        const auto answered = world_.guest_agent.ping(definition.identity,
                                                      deadline.within(world_.clock, ping_patience));
        if (!answered) {
            return failed(answered.error().in("the guest does not answer"));
        }
    }
    if (level >= application_level && !settings_.guest_check.empty()) {
        const auto code =
            world_.guest_agent.run(definition.identity, settings_.guest_check, deadline);
        if (!code) {
            return failed(code.error().in("guest_check"));
        }
        if (*code != 0) {
            return ocf::Outcome::of(ocf::ExitCode::error,
                                    fmt::format("guest_check: {} in the guest ended with {}",
                                                settings_.guest_check.front(), *code));
        }
    }
    if (auto ran = run_monitor_scripts(deadline); !ran) {
        return failed(ran.error());
    }
    return ocf::Outcome::ok();
}

Status VmAgent::run_monitor_scripts(const Deadline& deadline) {
    for (const std::string& script : settings_.monitor_scripts) {
        const auto output =
            world_.commands.run({.argv = {script}, .input = {}, .environment = {}}, deadline);
        if (!output) {
            return fail(output.error().in("monitor script"));
        }
        if (!output->ok()) {
            return fail(ErrorKind::internal,
                        fmt::format("monitor script {} ended with {}: {}", script,
                                    output->exit_code, output->complaint()));
        }
    }
    return {};
}

ocf::Outcome VmAgent::wait_for_health(const Definition& definition) {
    if (settings_.monitor_scripts.empty()) {
        return ocf::Outcome::ok();
    }
    ocf::Outcome outcome;
    poll_until(world_.clock, request_.deadline, script_interval, [&] {
        outcome = check_health(definition, 0, request_.deadline);
        return outcome.code == ocf::ExitCode::success;
    });
    return outcome;
}

} // namespace twinsite::vm
