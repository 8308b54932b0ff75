#include "agents/vm/vm_agent.hpp"

#include <twinsite/log/log.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace twinsite::vm {

namespace {

constexpr Milliseconds daemon_patience{5000};
constexpr Milliseconds poll_interval{300};
constexpr Milliseconds disk_patience{2000};

Milliseconds half(const Deadline& deadline, const Clock& clock) {
    return deadline.left(clock) / 2;
}

} // namespace

VmAgent::VmAgent(const ocf::Request& request, Settings settings, World world)
    : request_(request)
    , settings_(std::move(settings))
    , world_(std::move(world))
    , note_(world_.note_folder, request.resource())
    , migration_(world_.note_folder, request.resource()) {}

Observation VmAgent::observe(const DomainIdentity& identity, const Deadline& deadline) {
    Observation seen;
    const auto answer = world_.hypervisor.find(
        identity,
        deadline.within(world_.clock, std::min(daemon_patience, half(deadline, world_.clock))));
    if (!answer) {
        seen.daemon_error = answer.error().message;
    } else if (*answer) {
        seen.daemon = Answer::present;
        seen.domain = **answer;
    } else {
        seen.daemon = Answer::absent;
    }
    if (seen.daemon == Answer::present && seen.domain.active()) {
        // The daemon says enough; the process only tells whether it was frozen from outside.
        if (const auto process = world_.processes.glance(identity); process) {
            seen.process = Answer::present;
            seen.guest_process = *process;
        }
        return seen;
    }
    const auto process = world_.processes.find(identity);
    if (process) {
        seen.process = *process ? Answer::present : Answer::absent;
        seen.guest_process = process->value_or(hypervisor::GuestProcess{});
    }
    return seen;
}

Observation VmAgent::observe_settled(const DomainIdentity& identity, const Deadline& deadline,
                                     bool daemon_too) {
    Observation seen;
    poll_until(world_.clock, deadline, poll_interval, [&] {
        // DEADLINE ends the looking again; each look has the time it needs to be answered.
        seen = observe(identity, request_.deadline);
        const bool settled = judge(seen).verdict != Verdict::settling;
        return settled && !(daemon_too && seen.daemon == Answer::silent);
    });
    return seen;
}

Status VmAgent::probe_disks(const Definition& definition, const Deadline& deadline,
                            Milliseconds patience_per_disk) {
    for (const hypervisor::Disk& disk : definition.disks) {
        if (disk.optional) {
            continue;
        }
        auto answered = world_.storage.probe(definition, disk,
                                             deadline.within(world_.clock, patience_per_disk));
        if (!answered) {
            return answered;
        }
    }
    return {};
}

Judgement VmAgent::resume_if_disks_answer(const Definition& definition, const Judgement& judgement,
                                          const Deadline& deadline) {
    if (auto answered = probe_disks(definition, deadline, disk_patience); !answered) {
        return {Verdict::degraded,
                fmt::format("paused by an I/O error: {}", answered.error().message)};
    }
    const auto resumed = world_.hypervisor.resume(definition.identity, deadline);
    if (!resumed) {
        return {Verdict::degraded,
                fmt::format("{}; {}", judgement.reason, resumed.error().message)};
    }
    // A guest whose disk still fails stops again at once.
    world_.clock.pause(poll_interval);
    Judgement after = judge(observe(definition.identity, deadline));
    if (after.verdict == Verdict::healthy) {
        log::notice("domain {} was paused by an I/O error; its disks answer, so it was resumed",
                    definition.identity.name);
    }
    return after;
}

ocf::Outcome VmAgent::monitor() {
    const auto definition = read_definition(settings_.config);
    Result<std::optional<DomainIdentity>> identity;
    if (definition) {
        identity = definition->identity;
    } else {
        log::warning("{}", definition.error().message);
        identity = identity_without_definition(request_.deadline);
    }
    if (!identity) {
        return ocf::Outcome::of(ocf::ExitCode::error, identity.error().message);
    }
    if (!*identity) {
        // Nothing here carries this resource's name, and nothing was started for it since boot.
        return ocf::Outcome::of(ocf::ExitCode::not_running, definition.error().message);
    }
    const Deadline settle =
        request_.deadline.within(world_.clock, half(request_.deadline, world_.clock));
    const Observation seen = observe_settled(**identity, settle, false);
    Judgement judgement = judge(seen);
    const bool stopped = judgement.verdict == Verdict::stopped;
    const auto other =
        other_self(**identity, definition ? &*definition : nullptr, seen, request_.deadline);
    if (other && *other) {
        return ocf::Outcome::of(ocf::ExitCode::error, runs_as(**other).message);
    }
    if (!other && stopped) {
        return ocf::Outcome::of(ocf::ExitCode::error, other.error().message);
    }
    if (other) {
        remember(seen, request_.deadline);
    }
    // A probe only asks whether it runs. It resumes nothing either: that guest may be running
    // elsewhere by now, and its memory be older than its disks.
    if (judgement.resumable && definition && !request_.probe) {
        judgement = resume_if_disks_answer(*definition, judgement, request_.deadline);
    }
    if (judgement.verdict == Verdict::healthy && definition && !request_.probe) {
        return check_health(*definition, request_.check_level, request_.deadline);
    }
    return outcome_of(judgement);
}

ocf::Outcome VmAgent::validate_all() {
    if (request_.check_level < 10) {
        return ocf::Outcome::ok(); // the parameters; the node is not looked at
    }
    const auto definition = read_definition(settings_.config);
    if (!definition) {
        return ocf::Outcome::of(ocf::ExitCode::not_installed, definition.error().message);
    }
    if (!settings_.state_folder.empty()) {
        if (auto usable = state_file(definition->identity).usable(); !usable) {
            return ocf::Outcome::of(ocf::ExitCode::not_installed, usable.error().message);
        }
    }
    return ocf::Outcome::ok();
}

ocf::Outcome VmAgent::reload_agent() {
    // Each action reads its parameters anew, so accepting them is nearly all there is to do: what
    // the parameter snapshot names now may hold a state from before it was unset.
    const auto definition = read_definition(settings_.config);
    if (definition && !settings_.state_folder.empty() &&
        is_active(observe(definition->identity, request_.deadline))) {
        set_stale_state_aside(definition->identity);
    }
    log::info("parameters reloaded");
    return ocf::Outcome::ok();
}

ocf::ActionTable action_table(VmAgent& agent) {
    return {{"start", [&agent] { return agent.start(); }},
            {"stop", [&agent] { return agent.stop(); }},
            {"monitor", [&agent] { return agent.monitor(); }},
            {"migrate_to", [&agent] { return agent.migrate_to(); }},
            {"migrate_from", [&agent] { return agent.migrate_from(); }},
            {"validate-all", [&agent] { return agent.validate_all(); }},
            {"reload-agent", [&agent] { return agent.reload_agent(); }}};
}

} // namespace twinsite::vm
