#include "agents/vm/vm_agent.hpp"

#include <twinsite/log/log.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <system_error>

namespace twinsite::vm {

namespace {

constexpr Milliseconds poll_interval{500};
constexpr Milliseconds disk_patience{3000};
constexpr Milliseconds create_reserve{15000};
constexpr Milliseconds patience{5000};

/// A file that is wrong here may be right on another node.
ocf::Outcome file_outcome(const Error& error) {
    if (error.kind == ErrorKind::invalid_config) {
        return ocf::Outcome::of(ocf::ExitCode::invalid_argument, error.message);
    }
    return ocf::Outcome::of(error);
}

void warn_of_balloon(const hypervisor::Definition& definition) {
    const bool networked =
        std::any_of(definition.disks.begin(), definition.disks.end(),
                    [](const auto& disk) { return disk.kind == hypervisor::DiskKind::iscsi; });
    if (definition.balloon && networked) {
        log::warning("domain {} has a memory balloon: a guest that is squeezed swaps to its LUN, "
                     "and each of these writes crosses the mirror; see <memballoon model='none'/>",
                     definition.identity.name);
    }
}

} // namespace

ocf::Outcome VmAgent::start() {
    const auto definition = read_definition(settings_.config);
    if (!definition) {
        return file_outcome(definition.error());
    }
    // A daemon that is just starting too is worth waiting for: without it nothing starts.
    const Deadline look = request_.deadline.before(
        std::min(create_reserve, request_.deadline.left(world_.clock) / 2));
    const Observation seen = observe_settled(definition->identity, look, true);
    const Judgement judgement = judge(seen);
    const auto other = other_self(definition->identity, &*definition, seen, request_.deadline);
    if (!other || *other) {
        return ocf::Outcome::of(ocf::ExitCode::error,
                                other ? runs_as(**other).message : other.error().message);
    }
    switch (judgement.verdict) {
    case Verdict::healthy:
        if (migration_.exists()) {
            remember(seen, request_.deadline); // libvirt may still be at it
        } else {
            note_and_mark(definition->identity, request_.deadline);
        }
        return finish_start(*definition);
    case Verdict::stopped:
        if (seen.daemon == Answer::silent) {
            return ocf::Outcome::of(ocf::ExitCode::error, seen.daemon_error);
        }
        return start_stopped(*definition);
    case Verdict::degraded:
        if (seen.domain.state == hypervisor::DomainState::paused) {
            ocf::Outcome up = verify_started(*definition);
            if (up.code == ocf::ExitCode::success) {
                set_stale_state_aside(definition->identity);
            }
            return up;
        }
        return ocf::Outcome::of(ocf::ExitCode::error, judgement.reason);
    case Verdict::settling:
    case Verdict::failed:
    case Verdict::unknown:
        return ocf::Outcome::of(ocf::ExitCode::error, judgement.reason);
    }
    return ocf::Outcome::of(ocf::ExitCode::error, judgement.reason);
}

ocf::Outcome VmAgent::start_stopped(const Definition& definition) {
    if (auto checked = check_host(definition, request_.deadline); !checked) {
        return ocf::Outcome::of(checked.error());
    }
    if (auto waited = wait_for_disks(definition); !waited) {
        return ocf::Outcome::of(waited.error());
    }
    if (settings_.start_resources) {
        if (auto active = start_networks_and_pools(definition, request_.deadline); !active) {
            return ocf::Outcome::of(ocf::ExitCode::error, active.error().message);
        }
    }
    warn_of_balloon(definition);
    // Noted before it runs: whatever happens to this process, a stop will know what to look for.
    note_.write(definition.identity);
    // It comes with a mark: until that is taken away, a monitor may find it left behind.
    const auto held = hold_migration();
    if (!held) {
        log::warning("its mark may stay until the next migration: {}", held.error().message);
    }
    if (auto launched = launch(definition); !launched) {
        return ocf::Outcome::of(launched.error());
    }
    note_and_mark(definition.identity, request_.deadline.within(world_.clock, patience));
    const ocf::Outcome up = verify_started(definition);
    return up.code == ocf::ExitCode::success ? finish_start(definition) : up;
}

Status VmAgent::launch(const Definition& definition) {
    const auto brought = bring(definition);
    Status up = brought ? let_go(definition.identity) : Status(fail(brought.error()));
    if (brought && up && *brought) {
        StateFile::forget(**brought);
    }
    // What is here and was not let go, a lock manager's refusal say, must not stay.
    if (!up && (brought || up.error().kind == ErrorKind::timeout)) {
        undo_launch(definition.identity);
    }
    return up;
}

Result<std::optional<std::filesystem::path>> VmAgent::bring(const Definition& definition) {
    const Deadline deadline = launch_deadline();
    const auto cold = [](const Status& done) {
        return done.map([] { return std::optional<std::filesystem::path>(); });
    };
    if (!settings_.state_folder.empty()) {
        const StateFile state = state_file(definition.identity);
        if (auto usable = state.usable(); !usable) {
            return fail(usable.error());
        }
        const auto exists = state.exists();
        if (!exists) {
            return fail(exists.error());
        }
        if (*exists) {
            auto restored = restore(state, deadline);
            if (restored || restored.error().kind == ErrorKind::timeout) {
                return restored.map([](const auto& taken) { return std::optional(taken); });
            }
            log::error("{}; it starts cold", restored.error().message);
        }
    }
    if (!settings_.revert_to.empty()) {
        return cold(world_.maintenance.revert(definition.identity, settings_.revert_to, deadline));
    }
    log::info("starting domain {}", hypervisor::to_string(definition.identity));
    return cold(world_.hypervisor.create(definition.xml, request_.resource(), deadline));
}

Deadline VmAgent::launch_deadline() const {
    return request_.deadline.before(std::min(patience, request_.deadline.left(world_.clock) / 4));
}

Status VmAgent::let_go(const DomainIdentity& identity) {
    auto resumed = world_.hypervisor.resume(identity, launch_deadline());
    if (resumed || resumed.error().kind != ErrorKind::conflict) {
        return resumed;
    }
    // A driver that cannot hold it back has started it already.
    const Observation seen = observe(identity, launch_deadline());
    const bool runs =
        seen.daemon == Answer::present && seen.domain.state == hypervisor::DomainState::running;
    return runs ? Status() : resumed;
}

Result<std::filesystem::path> VmAgent::restore(const StateFile& state, const Deadline& deadline) {
    auto taken = state.take();
    if (!taken) {
        return taken;
    }
    log::notice("the guest goes on from {}", taken->string());
    return world_.maintenance.restore(*taken, deadline).map([&] { return *taken; });
}

/// Nobody knows whether the daemon will still start it: what was begun is taken back.
void VmAgent::undo_launch(const DomainIdentity& identity) {
    const auto destroyed =
        world_.hypervisor.destroy(identity, hypervisor::DestroyMode::firmly, request_.deadline);
    const auto killed = world_.processes.signal(identity, hypervisor::KillMode::kill);
    if (!destroyed || !killed) {
        log::warning("the start that did not end may still go on: {}",
                     (!destroyed ? destroyed : killed).error().message);
    }
}

ocf::Outcome VmAgent::finish_start(const Definition& definition) {
    set_stale_state_aside(definition.identity);
    warn_of_autostart(definition.identity);
    set_utilization(definition);
    return wait_for_health(definition);
}

Status VmAgent::check_host(const Definition& definition, const Deadline& deadline) {
    for (const hypervisor::Interface& interface : definition.interfaces) {
        std::error_code error;
        const auto bridge = world_.network_folder / interface.source / "bridge";
        if (interface.kind == "bridge" && !interface.virtual_port &&
            !std::filesystem::exists(bridge, error)) {
            return fail(ErrorKind::not_installed,
                        fmt::format("this node has no bridge {}", interface.source));
        }
    }
    if (!settings_.check_memory || definition.huge_pages) {
        return {};
    }
    const auto resources = world_.hypervisor.resources(deadline.within(world_.clock, patience));
    if (!resources) {
        log::info("free memory is not known: {}", resources.error().message);
        return {};
    }
    if (definition.memory_kib > resources->free_memory_kib) {
        return fail(ErrorKind::conflict,
                    fmt::format("the guest needs {} MiB of memory, this node has {} MiB free",
                                definition.memory_kib / 1024, resources->free_memory_kib / 1024));
    }
    return {};
}

Status VmAgent::wait_for_disks(const Definition& definition) {
    const Milliseconds left = request_.deadline.left(world_.clock);
    const Deadline limit = request_.deadline.before(std::min(create_reserve, left / 2));
    const Deadline deadline = limit.within(world_.clock, settings_.storage_wait);
    const Milliseconds per_disk = std::min(disk_patience, left / 4);
    Status answered;
    bool told = false;
    const bool there = poll_until(world_.clock, deadline, poll_interval, [&] {
        // Each disk has its own time, and the last look has as much of it as the first.
        const Deadline round =
            std::max(limit, Deadline::after(world_.clock, per_disk),
                     [](const Deadline& a, const Deadline& b) { return a.at() < b.at(); });
        answered = probe_disks(definition, round, per_disk);
        if (!answered && !told) {
            told = true;
            log::notice("waiting for storage: {}", answered.error().message);
        }
        return answered.has_value();
    });
    if (!there) {
        return fail(ErrorKind::unreachable,
                    fmt::format("its storage is not there: {}", answered.error().message));
    }
    return {};
}

ocf::Outcome VmAgent::verify_started(const Definition& definition) {
    Judgement judgement;
    bool resumed = false;
    const bool up = poll_until(world_.clock, request_.deadline, poll_interval, [&] {
        const Observation seen = observe(definition.identity, request_.deadline);
        judgement = judge(seen);
        if (judgement.resumable) {
            judgement = resume_if_disks_answer(definition, judgement, request_.deadline);
        } else if (judgement.verdict == Verdict::degraded && !resumed &&
                   seen.domain.state == hypervisor::DomainState::paused &&
                   seen.domain.pause != hypervisor::PauseReason::saving) {
            resumed = world_.hypervisor.resume(definition.identity, request_.deadline).has_value();
        }
        return judgement.verdict == Verdict::healthy || judgement.verdict == Verdict::failed ||
               judgement.verdict == Verdict::stopped;
    });
    if (up && judgement.verdict == Verdict::healthy) {
        return ocf::Outcome::ok();
    }
    return ocf::Outcome::of(ocf::ExitCode::error,
                            judgement.verdict == Verdict::stopped
                                ? fmt::format("it ended right after its start {}", judgement.reason)
                                : judgement.reason);
}

} // namespace twinsite::vm
