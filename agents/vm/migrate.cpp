#include "agents/vm/vm_agent.hpp"

#include <twinsite/base/text.hpp>
#include <twinsite/hypervisor/libvirt.hpp>
#include <twinsite/log/log.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace twinsite::vm {

namespace {

using hypervisor::TargetView;

constexpr Milliseconds poll_interval{300};
constexpr Milliseconds target_patience{15000};
constexpr Milliseconds look_patience{5000};

/// libvirt names what failed, a disk's path say, at the end of its messages.
std::string keep_end(const std::string& text, std::size_t limit) {
    return text.size() <= limit ? text : "..." + text.substr(text.size() - limit + 3);
}

/// One clear reason why a target cannot take a guest; pure.
Status judge_target(const hypervisor::Definition& definition, const TargetView& target,
                    const std::string& node, bool check_memory) {
    if (target.already_active) {
        return fail(ErrorKind::conflict,
                    fmt::format("{} already runs a domain {}", node, target.active_name));
    }
    if (check_memory && !definition.huge_pages && target.free_memory_kib != 0 &&
        target.free_memory_kib < definition.memory_kib) {
        return fail(ErrorKind::conflict,
                    fmt::format("{} has {} MiB of memory free, the guest needs {}", node,
                                target.free_memory_kib / 1024, definition.memory_kib / 1024));
    }
    if (!target.missing_networks.empty()) {
        return fail(ErrorKind::conflict, fmt::format("{} has no active network {}", node,
                                                     target.missing_networks.front()));
    }
    if (!target.missing_bridges.empty()) {
        return fail(ErrorKind::conflict,
                    fmt::format("{} has no bridge {}", node, target.missing_bridges.front()));
    }
    if (target.cpu == hypervisor::Fit::no) {
        return fail(ErrorKind::conflict,
                    fmt::format("the CPU of {} lacks features that the guest uses", node));
    }
    return {};
}

} // namespace

Status VmAgent::check_target(const Definition& definition, const std::string& node,
                             const std::string& daemon_uri, const Deadline& deadline) {
    const auto target = world_.migrator.inspect_target(
        daemon_uri, definition,
        deadline.within(world_.clock, std::min(target_patience, deadline.left(world_.clock) / 3)));
    if (!target) {
        return fail(target.error().kind,
                    fmt::format("{} cannot take the guest: {}", node, target.error().message));
    }
    return judge_target(definition, *target, node, settings_.check_memory);
}

Result<FileDescriptor> VmAgent::hold_migration() {
    auto held = migration_.hold();
    poll_until(world_.clock, request_.deadline.within(world_.clock, look_patience), poll_interval,
               [&] {
                   if (!held) {
                       held = migration_.hold();
                   }
                   return held || held.error().kind != ErrorKind::conflict;
               });
    return held;
}

Result<FileDescriptor> VmAgent::begin_marked_migration(const DomainIdentity& identity) {
    auto held = hold_migration();
    if (!held) {
        return held;
    }
    const auto marked =
        world_.hypervisor.mark(identity, request_.resource(), hypervisor::Mark::in_migration,
                               request_.deadline.within(world_.clock, look_patience));
    return marked ? std::move(held) : fail(marked.error());
}

ocf::Outcome VmAgent::migrate_to() {
    const std::string node(request_.meta("migrate_target"));
    if (node.empty()) {
        return ocf::Outcome::of(ocf::ExitCode::invalid_argument, "migrate_to without a target");
    }
    const auto definition = read_definition(settings_.config);
    if (!definition) {
        return ocf::Outcome::of(ocf::ExitCode::error, definition.error().message);
    }
    const auto daemon_uri = daemon_uri_for(settings_, node);
    if (!daemon_uri) {
        return ocf::Outcome::of(daemon_uri.error());
    }
    Observation seen = observe_settled(definition->identity,
                                       request_.deadline.within(world_.clock, look_patience), true);
    Judgement judgement = judge(seen);
    const auto other = other_self(definition->identity, &*definition, seen, request_.deadline);
    if (!other || *other) {
        return ocf::Outcome::of(
            ocf::ExitCode::error,
            fmt::format("not migrated: {}", (other ? runs_as(**other) : other.error()).message));
    }
    if (judgement.resumable) {
        // qemu refuses to migrate it, and no monitor need have run since its storage came back.
        judgement = resume_if_disks_answer(*definition, judgement, request_.deadline);
        if (judgement.verdict != Verdict::healthy) {
            return ocf::Outcome::of(ocf::ExitCode::error,
                                    fmt::format("not migrated: {}", judgement.reason));
        }
        seen = observe(definition->identity, request_.deadline);
    }
    if (judgement.verdict != Verdict::healthy && judgement.verdict != Verdict::degraded) {
        return ocf::Outcome::of(judgement.verdict == Verdict::stopped ? ocf::ExitCode::not_running
                                                                      : ocf::ExitCode::error,
                                "nothing to migrate: " + judgement.reason);
    }
    if (seen.domain.pause == hypervisor::PauseReason::saving) {
        return ocf::Outcome::of(ocf::ExitCode::error, "not migrated: it " + judgement.reason);
    }
    if (auto fits = check_target(*definition, node, *daemon_uri, request_.deadline); !fits) {
        return ocf::Outcome::of(ocf::ExitCode::error,
                                fmt::format("not migrated: {}", fits.error().message));
    }
    const auto& wishes = settings_.migration;
    // In post-copy it runs on the target while its memory is still here.
    const bool arrive_paused =
        seen.domain.state == hypervisor::DomainState::running && !wishes.post_copy;
    // Held until the end: what finds the mark without that holder may take it away.
    const auto begun = arrive_paused ? begin_marked_migration(definition->identity)
                                     : Result<FileDescriptor>(FileDescriptor());
    if (!begun) {
        return ocf::Outcome::of(ocf::ExitCode::error,
                                fmt::format("not migrated: {}", begun.error().message));
    }
    log::notice("migrating domain {} to {}", definition->identity.name, *daemon_uri);
    const hypervisor::MigrationRequest request{.daemon_uri = *daemon_uri,
                                               .migration_uri = memory_uri_for(settings_, node),
                                               .downtime_ms = wishes.downtime_ms,
                                               .bandwidth_mib = wishes.bandwidth_mib,
                                               .connections = wishes.connections,
                                               .compression = wishes.compression,
                                               .tls = wishes.tls,
                                               .auto_converge = wishes.auto_converge,
                                               .post_copy = wishes.post_copy,
                                               .arrive_paused = arrive_paused};
    const auto migrated = world_.migrator.migrate(
        definition->identity, request,
        [&](const hypervisor::MigrationProgress& progress) {
            log::info("migration to {}: {} of {} MiB to go, round {}", node,
                      progress.remaining_bytes >> 20U, progress.total_bytes >> 20U,
                      progress.iteration);
        },
        request_.deadline.before(hypervisor::abort_patience + look_patience));
    if (!migrated) {
        return after_failed_migration(*definition, migrated.error(), node, *daemon_uri);
    }
    note_.remove();
    migration_.remove();
    return ocf::Outcome::ok();
}

/// Say where the guest is. It is resumed here only when the target proves not to have it.
ocf::Outcome VmAgent::after_failed_migration(const Definition& definition, const Error& error,
                                             const std::string& node,
                                             const std::string& daemon_uri) {
    log::error("migration to {}: {}", node, error.message);
    const auto sentence = [&](std::string_view where) {
        const std::size_t room = ocf::reason_limit - std::min<std::size_t>(where.size() + 2, 100);
        return ocf::Outcome::of(
            ocf::ExitCode::error,
            fmt::format("{}; {}", where, keep_end(printable(error.message, 400), room)));
    };
    const Observation seen = observe_settled(
        definition.identity, request_.deadline.within(world_.clock, look_patience), true);
    if (seen.daemon == Answer::silent) {
        return sentence("where the guest runs is unknown");
    }
    const Judgement judgement = judge(seen);
    if (judgement.verdict == Verdict::healthy) {
        note_and_mark(definition.identity, request_.deadline.within(world_.clock, look_patience));
        return sentence("the guest stayed and runs here");
    }
    const auto target = world_.migrator.inspect_target(daemon_uri, definition, request_.deadline);
    if (judgement.verdict == Verdict::stopped) {
        return sentence(target && target->already_active ? fmt::format("the guest is on {}", node)
                                                         : "the guest runs here no more");
    }
    const bool only_here = target && !target->already_active;
    if (only_here && seen.domain.pause == hypervisor::PauseReason::migration &&
        world_.hypervisor.resume(definition.identity, request_.deadline)) {
        note_and_mark(definition.identity, request_.deadline.within(world_.clock, look_patience));
        return sentence("the guest stayed and runs here again");
    }
    if (seen.domain.pause == hypervisor::PauseReason::migration) {
        return sentence("the guest stands still here, and libvirt has not ended its migration");
    }
    return sentence(judgement.reason);
}

ocf::Outcome VmAgent::migrate_from() {
    const auto definition = read_definition(settings_.config);
    const auto known = definition ? Result<std::optional<DomainIdentity>>(definition->identity)
                                  : identity_without_definition(request_.deadline);
    if (!known || !*known) {
        return ocf::Outcome::of(ocf::ExitCode::error, definition.error().message);
    }
    const DomainIdentity identity = **known;
    note_.write(identity);
    // The guest arrives with the mark: until it is taken away, a monitor may find it left behind.
    const auto held = hold_migration();
    if (!held) {
        log::warning("its mark may stay until the next migration: {}", held.error().message);
    }
    Judgement judgement;
    Observation seen;
    poll_until(world_.clock, request_.deadline, poll_interval, [&] {
        seen = observe(identity, request_.deadline);
        judgement = judge(seen);
        if (seen.domain.unconfirmed) {
            // Pacemaker comes here only when the source has let go of it, and could not resume it.
            static_cast<void>(world_.hypervisor.resume(
                identity, request_.deadline.within(world_.clock, look_patience)));
            return false;
        }
        // A process alone may stand paused and unconfirmed: only the daemon tells.
        return seen.daemon != Answer::silent && judgement.verdict != Verdict::settling &&
               judgement.verdict != Verdict::unknown;
    });
    if (seen.daemon == Answer::silent) {
        return ocf::Outcome::of(
            ocf::ExitCode::error,
            fmt::format("whether the guest arrived and runs is unknown: {}", seen.daemon_error));
    }
    switch (judgement.verdict) {
    case Verdict::healthy:
    case Verdict::degraded: // it arrived; the monitor says what is wrong with it
        note_and_mark(identity, request_.deadline);
        set_stale_state_aside(identity);
        return definition && judgement.verdict == Verdict::healthy ? finish_start(*definition)
                                                                   : ocf::Outcome::ok();
    case Verdict::stopped:
        migration_.remove();
        return ocf::Outcome::of(ocf::ExitCode::error, "the guest did not arrive on this node");
    case Verdict::settling:
    case Verdict::failed:
    case Verdict::unknown:
        return ocf::Outcome::of(ocf::ExitCode::error, judgement.reason);
    }
    return ocf::Outcome::of(ocf::ExitCode::error, judgement.reason);
}

} // namespace twinsite::vm
