#include "agents/vm/vm_agent.hpp"

#include <twinsite/log/log.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace twinsite::vm {

namespace {

constexpr Milliseconds poll_interval{250};
/// A guest that is ended by force is mostly gone at once.
constexpr Milliseconds first_look_after_force{20};
constexpr Milliseconds call_patience{5000};

std::string what_holds(const Observation& seen) {
    if (seen.process == Answer::present) {
        return fmt::format("process {} of the guest is in state {} and does not end",
                           seen.guest_process.pid, seen.guest_process.state);
    }
    if (seen.daemon == Answer::silent) {
        return fmt::format("nobody says whether the guest is gone: {}", seen.daemon_error);
    }
    return fmt::format("libvirt does not end it: it is {}",
                       hypervisor::to_string(seen.domain.state));
}

} // namespace

ocf::Outcome VmAgent::stop() {
    if (!note_.read() && !has_driver()) {
        log::warning("libvirt has no driver for the hypervisor {}, and nothing was started by it "
                     "since this host booted: correct the parameter hypervisor",
                     settings_.hypervisor);
        return ocf::Outcome::ok();
    }
    const auto definition = read_definition(settings_.config);
    if (definition) {
        return stop_every_self(definition->identity, &*definition);
    }
    log::warning("{}", definition.error().message);
    const auto identity = identity_without_definition(request_.deadline);
    if (!identity) {
        return ocf::Outcome::of(ocf::ExitCode::error, identity.error().message);
    }
    // Without one, nothing here carries this resource's name, and nothing was started for it.
    return *identity ? stop_every_self(**identity, nullptr) : ocf::Outcome::ok();
}

bool VmAgent::has_driver() {
    if (!names_driver(settings_.hypervisor)) {
        return false;
    }
    const auto any = world_.processes.any();
    if (any || any.error().kind != ErrorKind::not_installed) {
        return true; // its guests are processes, and these are looked for whatever libvirt says
    }
    const auto asked = world_.hypervisor.find_marked(request_.resource(), soon(request_.deadline));
    return asked || asked.error().kind != ErrorKind::not_installed;
}

ocf::Outcome VmAgent::stop_every_self(const DomainIdentity& identity,
                                      const Definition* definition) {
    const auto noted = note_.read();
    const auto former = former_self(identity, request_.deadline);
    const bool both = former && *former && is_active(observe(identity, request_.deadline));
    const Milliseconds left = request_.deadline.left(world_.clock);
    ocf::Outcome former_end =
        end_self(former, request_.deadline.within(world_.clock, both ? left / 2 : left));
    ocf::Outcome own_end = stop_domain(identity, definition);
    if (former_end.code != ocf::ExitCode::success) {
        note_.write(*noted); // it is still the only one who knows
        return former_end;
    }
    if (own_end.code != ocf::ExitCode::success) {
        return own_end;
    }
    return end_self(namesake(identity, definition, request_.deadline), request_.deadline);
}

ocf::Outcome VmAgent::end_self(const Result<std::optional<DomainIdentity>>& other,
                               const Deadline& deadline) {
    if (!other) {
        return ocf::Outcome::of(ocf::ExitCode::error, other.error().message);
    }
    if (!*other) {
        return ocf::Outcome::ok();
    }
    log::notice("{}", runs_as(**other).message);
    return end_domain(**other, nullptr, deadline);
}

ocf::Outcome VmAgent::stop_domain(const DomainIdentity& identity, const Definition* definition) {
    if (settings_.save_config && definition != nullptr) {
        save_configuration(identity);
    }
    if (!settings_.state_folder.empty()) {
        if (save_state(identity)) {
            log::notice("domain {} was saved", identity.name);
        } else if (is_active(observe(identity, request_.deadline))) {
            set_stale_state_aside(identity);
        }
    }
    return end_domain(identity, definition, request_.deadline);
}

ocf::Outcome VmAgent::end_domain(const DomainIdentity& identity, const Definition* definition,
                                 const Deadline& deadline) {
    const TimePoint began = world_.clock.now();
    const StopSchedule schedule = schedule_stop({.modes = settings_.shutdown_modes,
                                                 .force = settings_.force_stop,
                                                 .reserve = settings_.shutdown_reserve,
                                                 .patience = settings_.shutdown_timeout},
                                                deadline.left(world_.clock));
    StopProgress progress;
    for (;;) {
        const Observation seen = observe(identity, deadline);
        progress.elapsed = std::chrono::duration_cast<Milliseconds>(world_.clock.now() - began);
        const StopStep step = next_stop_step(schedule, progress, seen);
        if (step == StopStep::done) {
            note_.remove();
            migration_.remove();
            return ocf::Outcome::ok();
        }
        if (step == StopStep::give_up) {
            return ocf::Outcome::of(ocf::ExitCode::error, what_holds(seen));
        }
        take(step, identity, definition, schedule, progress, Deadline(began + schedule.end));
    }
}

bool VmAgent::ask(const DomainIdentity& identity, hypervisor::ShutdownMode mode,
                  StopProgress& progress, const Deadline& deadline) {
    const auto asked = world_.hypervisor.request_shutdown(identity, mode, deadline);
    progress.asked |= asked.has_value();
    progress.modes_not_offered += !asked && asked.error().kind == ErrorKind::conflict ? 1 : 0;
    log::info("domain {} {} to shut down by {}{}", identity.name,
              asked ? "was asked" : "cannot be asked", hypervisor::to_string(mode),
              asked ? "" : ": " + asked.error().message);
    return asked.has_value();
}

void VmAgent::take(StopStep step, const DomainIdentity& identity, const Definition* definition,
                   const StopSchedule& schedule, StopProgress& progress, const Deadline& end) {
    hypervisor::Hypervisor& hypervisor = world_.hypervisor;
    const Deadline soon = end.within(world_.clock, call_patience);
    // Never the last of the time: the next way must have its turn.
    const Deadline rung =
        end.within(world_.clock, std::min(std::max(schedule.reserve / 3, call_patience),
                                          end.left(world_.clock) / 2));
    const auto harder = [&](const Status& status, const char* what) {
        log::notice("{} of domain {}{}", what, identity.name,
                    status ? "" : ": " + status.error().message);
        const bool refused = !status && status.error().kind != ErrorKind::timeout &&
                             status.error().kind != ErrorKind::unreachable;
        progress.ways_refused += refused ? 1 : 0;
    };
    const bool hard = step == StopStep::destroy_gently || step == StopStep::destroy_firmly ||
                      step == StopStep::terminate_process || step == StopStep::kill_process;
    const bool first_force = hard && !progress.destroying_since;
    if (first_force) {
        progress.destroying_since = progress.elapsed;
    }
    switch (step) {
    case StopStep::done:
    case StopStep::give_up:
        return;
    case StopStep::wait:
        break;
    case StopStep::abort_job:
        progress.job_aborted = true;
        if (hypervisor.abort_job(identity, soon)) {
            log::notice("domain {}: what libvirt did with it was aborted for the stop",
                        identity.name);
        }
        return;
    case StopStep::resume:
        progress.resumed = true;
        if (definition == nullptr || probe_disks(*definition, soon, call_patience)) {
            static_cast<void>(hypervisor.resume(identity, soon));
        }
        break;
    case StopStep::wake_up:
        progress.woken = true;
        static_cast<void>(hypervisor.wake_up(identity, soon));
        break;
    case StopStep::ask:
        if (!ask(identity, schedule.modes[progress.modes_tried++], progress, soon)) {
            return;
        }
        break;
    case StopStep::ask_automatically:
        progress.asked_automatically = true;
        if (!ask(identity, hypervisor::ShutdownMode::automatic, progress, soon)) {
            return;
        }
        break;
    case StopStep::destroy_gently:
        harder(hypervisor.destroy(identity, hypervisor::DestroyMode::gently, rung), "destroy");
        break;
    case StopStep::destroy_firmly:
        harder(hypervisor.destroy(identity, hypervisor::DestroyMode::firmly, rung),
               "forced destroy");
        break;
    case StopStep::terminate_process:
        harder(world_.processes.signal(identity, hypervisor::KillMode::terminate), "SIGTERM");
        break;
    case StopStep::kill_process:
        progress.killed = true;
        harder(world_.processes.signal(identity, hypervisor::KillMode::kill), "SIGKILL");
        break;
    }
    world_.clock.pause(first_force ? first_look_after_force : poll_interval);
}

} // namespace twinsite::vm
