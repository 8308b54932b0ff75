// Which domain the resource's guest is: by its file, by the agent's note, by its mark.
#include "agents/vm/vm_agent.hpp"

#include <twinsite/log/log.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace twinsite::vm {

namespace {

constexpr Milliseconds daemon_patience{5000};

} // namespace

Deadline VmAgent::soon(const Deadline& deadline) const {
    return deadline.within(world_.clock,
                           std::min(daemon_patience, deadline.left(world_.clock) / 2));
}

Result<std::optional<hypervisor::DomainIdentity>>
VmAgent::identity_without_definition(const Deadline& deadline) {
    if (auto named = read_identity(settings_.config); named) {
        return *named;
    }
    if (auto noted = note_.read(); noted) {
        return noted;
    }
    const auto marked = world_.hypervisor.find_marked(request_.resource(), soon(deadline));
    if (marked) {
        return *marked ? std::optional((*marked)->identity) : std::nullopt;
    }
    if (auto filed = world_.processes.find_marked(request_.resource()); filed) {
        return filed;
    }
    const auto any = world_.processes.any();
    if (any && !*any) {
        return std::nullopt;
    }
    return fail(ErrorKind::unreachable,
                fmt::format("its file does not tell which domain it is, and libvirt does not "
                            "answer: mend the file or libvirt ({})",
                            marked.error().message));
}

Result<std::optional<hypervisor::DomainIdentity>>
VmAgent::other_self(const DomainIdentity& identity, const Definition* definition,
                    const Observation& seen, const Deadline& deadline) {
    auto former = former_self(identity, deadline);
    if (!former || *former) {
        return former;
    }
    // One name is one active domain to libvirt: when that is the guest, there is no namesake.
    return is_gone(seen) ? namesake(identity, definition, deadline) : std::nullopt;
}

Result<std::optional<hypervisor::DomainIdentity>>
VmAgent::former_self(const DomainIdentity& identity, const Deadline& deadline) {
    auto noted = note_.read();
    if (!noted || hypervisor::same_domain(*noted, identity)) {
        return std::nullopt;
    }
    const Observation seen = observe(*noted, deadline);
    const Judgement judgement = judge(seen);
    if (judgement.verdict == Verdict::unknown) {
        return fail(ErrorKind::unreachable,
                    fmt::format("whether it runs as {} is unknown: {}",
                                hypervisor::to_string(*noted), judgement.reason));
    }
    // A note without a UUID may name the very domain.
    const bool runs =
        judgement.verdict != Verdict::stopped && seen.domain.identity.uuid != identity.uuid;
    return runs ? noted : std::nullopt;
}

Result<std::optional<hypervisor::DomainIdentity>> VmAgent::namesake(const DomainIdentity& identity,
                                                                    const Definition* definition,
                                                                    const Deadline& deadline) {
    const DomainIdentity by_name{.name = identity.name, .uuid = ""};
    const auto process = world_.processes.find(by_name);
    if (process && !*process) {
        return std::nullopt; // it costs libvirt no question
    }
    const auto found = world_.hypervisor.find(by_name, soon(deadline));
    if (!found) {
        return fail(found.error().in("whether it runs under another UUID is unknown"));
    }
    if (!*found || !(*found)->active() || hypervisor::same_domain((*found)->identity, identity)) {
        return std::nullopt;
    }
    const DomainIdentity& other = (*found)->identity;
    const auto marked = world_.hypervisor.find_marked(request_.resource(), soon(deadline));
    if (marked && *marked && (*marked)->identity == other) {
        return other;
    }
    // Not started for this resource: somebody else's, unless it lives on the same disks.
    const auto live =
        world_.maintenance.live_description(other, soon(deadline))
            .and_then([](const std::string& xml) { return hypervisor::parse_definition(xml); });
    if (!live || definition == nullptr) {
        return fail(ErrorKind::conflict,
                    fmt::format("libvirt runs another domain {}: whether that is this guest is "
                                "unknown",
                                hypervisor::to_string(other)));
    }
    if (hypervisor::share_storage(*definition, *live)) {
        return other;
    }
    log::warning("libvirt runs another domain {}, on other disks than this resource's: it is left "
                 "alone, and this resource cannot start here",
                 hypervisor::to_string(other));
    return std::nullopt;
}

Error VmAgent::runs_as(const DomainIdentity& other) {
    return {ErrorKind::conflict,
            fmt::format("it runs as {}, not as its file says: stop it before its UUID changes",
                        hypervisor::to_string(other))};
}

void VmAgent::note_and_mark(const DomainIdentity& identity, const Deadline& deadline) {
    note_.write(identity);
    if (mark_settled(identity, deadline)) {
        migration_.remove();
    }
}

bool VmAgent::mark_settled(const DomainIdentity& identity, const Deadline& deadline) {
    const auto marked =
        world_.hypervisor.mark(identity, request_.resource(), hypervisor::Mark::settled, deadline);
    if (!marked) {
        log::info("the domain carries no mark of this resource: {}", marked.error().message);
    }
    return marked.has_value();
}

void VmAgent::remember(const Observation& seen, const Deadline& deadline) {
    if (seen.daemon != Answer::present || !seen.domain.active()) {
        return;
    }
    const DomainIdentity& identity = seen.domain.identity;
    const bool noted = note_.read() == identity;
    note_.write(identity);
    const bool left_behind = migration_.exists();
    if ((noted && !left_behind) || judge(seen).verdict != Verdict::healthy) {
        return;
    }
    // The mark of a migration stays as long as anybody is at it: its agent, or libvirt.
    const auto held = migration_.hold();
    if (!held) {
        return;
    }
    const auto job = world_.hypervisor.job(identity, soon(deadline));
    const bool busy = job && *job != hypervisor::Job::none;
    const bool settled = job && !busy && mark_settled(identity, soon(deadline));
    // What stays is found by the next monitor.
    if (settled || (!busy && !left_behind)) {
        migration_.remove();
    }
}

} // namespace twinsite::vm
