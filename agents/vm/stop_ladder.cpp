#include "agents/vm/stop_ladder.hpp"

#include <algorithm>

namespace twinsite::vm {

namespace {

using hypervisor::DomainState;
using hypervisor::Job;
using hypervisor::PauseReason;

constexpr Milliseconds smallest_reserve{5000};
constexpr Milliseconds largest_reserve{30000};

/// How long a harder way may take before the next: a third of the reserve each.
unsigned rung(const StopSchedule& schedule, const StopProgress& progress) {
    const Milliseconds since =
        progress.destroying_since ? progress.elapsed - *progress.destroying_since : Milliseconds(0);
    const Milliseconds third = std::max(schedule.reserve / 3, Milliseconds(1));
    const auto by_time = static_cast<unsigned>(std::min<std::int64_t>(since / third, 2));
    return std::max(by_time, std::min(progress.ways_refused, 2U));
}

StopStep harder(const StopSchedule& schedule, const StopProgress& progress,
                const Observation& seen) {
    switch (rung(schedule, progress)) {
    case 0:
        return StopStep::destroy_gently;
    case 1:
        return StopStep::destroy_firmly;
    default:
        // Whom the pid file does not name is looked for among all processes, but once.
        return seen.process == Answer::present || !progress.killed ? StopStep::kill_process
                                                                   : StopStep::destroy_firmly;
    }
}

StopStep on_process(const StopSchedule& schedule, const StopProgress& progress) {
    return rung(schedule, progress) == 0 ? StopStep::terminate_process : StopStep::kill_process;
}

/// When the time of the mode number INDEX begins: equal shares.
Milliseconds turn_of(const StopSchedule& schedule, std::size_t index) {
    return schedule.destroy_from * static_cast<std::int64_t>(index) /
           static_cast<std::int64_t>(std::max<std::size_t>(schedule.modes.size(), 1));
}

StopStep ask_running(const StopSchedule& schedule, const StopProgress& progress,
                     const Observation& seen) {
    const bool more = progress.modes_tried < schedule.modes.size();
    if (more && (!progress.asked || progress.elapsed >= turn_of(schedule, progress.modes_tried))) {
        return StopStep::ask;
    }
    const bool none_offered = progress.modes_not_offered == schedule.modes.size();
    if (none_offered && !progress.asked_automatically) {
        return StopStep::ask_automatically;
    }
    // Nobody in there to wait for.
    return progress.asked ? StopStep::wait : harder(schedule, progress, seen);
}

StopStep on_paused(const StopSchedule& schedule, const StopProgress& progress,
                   const Observation& seen) {
    const hypervisor::DomainView& domain = seen.domain;
    if (domain.job == Job::migration_out && !progress.job_aborted) {
        return StopStep::abort_job;
    }
    // One that arrived unconfirmed, or that a start left behind, may run on the other host: to
    // resume it is to run it twice. So may one that an I/O error stopped, when this node was cut
    // off and is stopped for that: its retried writes would be older than what is on the disk. To
    // destroy it loses what it never wrote.
    const bool worth_it =
        domain.pause == PauseReason::user && !domain.unconfirmed && !domain.unstarted;
    if (worth_it && !progress.resumed) {
        return StopStep::resume;
    }
    if (domain.pause == PauseReason::saving) {
        return StopStep::wait;
    }
    return harder(schedule, progress, seen);
}

StopStep on_domain(const StopSchedule& schedule, const StopProgress& progress,
                   const Observation& seen) {
    if (progress.destroying_since || progress.elapsed >= schedule.destroy_from) {
        return harder(schedule, progress, seen);
    }
    switch (seen.domain.state) {
    case DomainState::running:
        // A migration that was left running would take the guest away under our hands.
        return progress.job_aborted ? ask_running(schedule, progress, seen) : StopStep::abort_job;
    case DomainState::paused:
        return on_paused(schedule, progress, seen);
    case DomainState::suspended:
        return progress.woken ? harder(schedule, progress, seen) : StopStep::wake_up;
    case DomainState::shutting_down:
        return StopStep::wait;
    case DomainState::crashed:
    case DomainState::unknown:
    case DomainState::shut_off:
        return harder(schedule, progress, seen);
    }
    return StopStep::wait;
}

} // namespace

StopSchedule schedule_stop(const StopWishes& wishes, Milliseconds available) {
    const Milliseconds automatic = std::clamp(available / 4, smallest_reserve, largest_reserve);
    const Milliseconds wanted = wishes.reserve > Milliseconds(0) ? wishes.reserve : automatic;
    // However large the reserve: somebody who asks for a shutdown gets a quarter for it.
    const Milliseconds reserve = std::min(wanted, available * 3 / 4);
    Milliseconds patience = available - reserve;
    if (wishes.patience > Milliseconds(0)) {
        patience = std::min(patience, wishes.patience);
    }
    const bool ask = !wishes.force && !wishes.modes.empty();
    return {.modes = wishes.modes,
            .destroy_from = ask ? patience : Milliseconds(0),
            .reserve = ask ? reserve : available * 3 / 4,
            .end = available};
}

StopStep next_stop_step(const StopSchedule& schedule, const StopProgress& progress,
                        const Observation& seen) {
    if (is_gone(seen)) {
        return StopStep::done;
    }
    if (progress.elapsed >= schedule.end) {
        // A machine so busy that the time went by between two steps still gets the last one.
        const bool untried = is_active(seen) && !progress.killed;
        return untried ? StopStep::kill_process : StopStep::give_up;
    }
    if (seen.daemon == Answer::present && seen.domain.active()) {
        return on_domain(schedule, progress, seen);
    }
    if (seen.process != Answer::present) {
        return StopStep::wait; // silence all around: the end will say so
    }
    // The daemon may come back, and only it can ask the guest; half of the guest's time for that.
    const bool patient = seen.daemon == Answer::silent && !progress.destroying_since &&
                         progress.elapsed < schedule.destroy_from / 2;
    return patient ? StopStep::wait : on_process(schedule, progress);
}

} // namespace twinsite::vm
