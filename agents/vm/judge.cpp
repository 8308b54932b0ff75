#include "agents/vm/judge.hpp"

#include <fmt/format.h>

namespace twinsite::vm {

namespace {

using hypervisor::DomainState;
using hypervisor::DomainView;
using hypervisor::Job;
using hypervisor::Memory;
using hypervisor::PauseReason;

constexpr const char* post_copy_broke =
    "a post-copy migration broke: a part of its memory is on one host, the rest on the other";

Judgement judge_paused(const DomainView& domain) {
    if (domain.unconfirmed) {
        return {Verdict::failed,
                "paused on its arrival by a live migration whose end nobody confirmed"};
    }
    if (domain.unstarted) {
        return {Verdict::failed, "created by a start that was given up; it never ran"};
    }
    switch (domain.pause) {
    case PauseReason::io_error:
        return {Verdict::degraded, "paused by an I/O error, until its disks answer", true};
    case PauseReason::user:
        return {Verdict::degraded,
                fmt::format("paused by an administrator; \"virsh resume {}\" lets it go on",
                            domain.identity.name)};
    case PauseReason::migration:
    case PauseReason::post_copy:
        if (domain.job == Job::migration_in || domain.job == Job::silent) {
            return {Verdict::settling, "a live migration to this node has not ended"};
        }
        if (domain.job == Job::migration_out) {
            return {Verdict::settling, "a live migration to another node has not ended"};
        }
        return {Verdict::settling, "paused by a live migration that nobody drives any more"};
    case PauseReason::saving:
        if (domain.job == Job::saving) {
            return {Verdict::degraded,
                    "stands still while it is saved, dumped or its snapshot is taken"};
        }
        [[fallthrough]];
    case PauseReason::starting:
        return {Verdict::settling,
                fmt::format("paused for {}", hypervisor::to_string(domain.pause))};
    case PauseReason::post_copy_failed:
        return {Verdict::failed, post_copy_broke};
    case PauseReason::guest_panicked:
        return {Verdict::failed, "the guest's kernel panicked"};
    case PauseReason::watchdog:
        return {Verdict::failed, "paused by the guest's watchdog"};
    case PauseReason::none:
    case PauseReason::other:
        return {Verdict::degraded,
                fmt::format("paused for {}", hypervisor::to_string(domain.pause))};
    }
    return {Verdict::unknown, "paused for an unknown reason"};
}

Judgement judge_not_active(const Observation& seen, const std::string& how) {
    if (seen.process == Answer::present) {
        return {Verdict::failed,
                fmt::format("libvirt does not know it as active, but its process {} is there",
                            seen.guest_process.pid)};
    }
    return {Verdict::stopped, how};
}

Judgement judge_memory(const DomainView& domain) {
    switch (domain.memory) {
    case Memory::here:
        return {Verdict::healthy, {}};
    case Memory::arriving:
        return {Verdict::degraded,
                "part of its memory is still on the host that it came from (post-copy)"};
    case Memory::lost:
        return {Verdict::failed, post_copy_broke};
    }
    return {};
}

Judgement judge_domain(const Observation& seen) {
    const DomainView& domain = seen.domain;
    switch (domain.state) {
    case DomainState::running:
        if (seen.process == Answer::present && seen.guest_process.stopped()) {
            return {Verdict::failed,
                    fmt::format("its process {} was stopped by a signal and stands still",
                                seen.guest_process.pid)};
        }
        return judge_memory(domain);
    case DomainState::paused:
        return judge_paused(domain);
    case DomainState::shutting_down:
        return {Verdict::settling, "the guest is shutting down"};
    case DomainState::shut_off:
        return judge_not_active(seen, domain.detail);
    case DomainState::crashed:
        return {Verdict::failed, "it crashed, and its remains were kept"};
    case DomainState::suspended:
        return {Verdict::degraded, "the guest put itself to sleep"};
    case DomainState::unknown:
        return {Verdict::unknown, "libvirt reports a state that this agent does not know"};
    }
    return {};
}

Judgement judge_process(const Observation& seen) {
    switch (seen.process) {
    case Answer::present:
        if (seen.guest_process.stopped()) {
            return {Verdict::failed, fmt::format("its process {} stands still, and {}",
                                                 seen.guest_process.pid, seen.daemon_error)};
        }
        return {Verdict::degraded, fmt::format("its process {} runs, but {}",
                                               seen.guest_process.pid, seen.daemon_error)};
    case Answer::absent:
        return {Verdict::stopped, {}};
    case Answer::silent:
        return {Verdict::unknown, fmt::format("its state is unknown: {}", seen.daemon_error)};
    }
    return {};
}

} // namespace

Judgement judge(const Observation& seen) {
    switch (seen.daemon) {
    case Answer::present:
        return judge_domain(seen);
    case Answer::absent:
        return judge_not_active(seen, {});
    case Answer::silent:
        return judge_process(seen);
    }
    return {};
}

bool is_active(const Observation& seen) {
    return (seen.daemon == Answer::present && seen.domain.active()) ||
           seen.process == Answer::present;
}

bool is_gone(const Observation& seen) {
    return judge(seen).verdict == Verdict::stopped;
}

ocf::Outcome outcome_of(const Judgement& judgement) {
    using ocf::ExitCode;
    switch (judgement.verdict) {
    case Verdict::healthy:
        return ocf::Outcome::ok();
    case Verdict::degraded:
        return ocf::Outcome::of(ExitCode::degraded, judgement.reason);
    case Verdict::stopped:
        return ocf::Outcome::of(ExitCode::not_running, judgement.reason);
    case Verdict::settling:
    case Verdict::failed:
    case Verdict::unknown:
        return ocf::Outcome::of(ExitCode::error, judgement.reason);
    }
    return ocf::Outcome::of(ExitCode::error);
}

} // namespace twinsite::vm
