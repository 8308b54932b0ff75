#include "agents/iscsi-target/agent.hpp"

#include "agents/iscsi-target/settings.hpp"

#include <twinsite/base/text.hpp>
#include <twinsite/log/log.hpp>
#include <twinsite/target/login_check.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace twinsite::iscsi_target {

using ocf::ExitCode;
using ocf::Outcome;
using target::Presence;

namespace {

/// The first difference is the reason; all of them go to the log.
Outcome differs(const std::vector<std::string>& differences) {
    for (const std::string& difference : differences) {
        log::warning("not as configured: {}", difference);
    }
    return Outcome::of(ExitCode::error,
                       differences.size() == 1
                           ? differences.front()
                           : fmt::format("{} (and {} more, see the log)", differences.front(),
                                         differences.size() - 1));
}

std::string absence_of(const target::Portal& portal) {
    return fmt::format("portal {}: this node does not have the address", portal.text());
}

void tell_of_unreadable_proof(const target::Specification& wanted) {
    std::vector<std::string> users{wanted.outgoing.user};
    for (const target::Initiator& initiator : wanted.initiators) {
        users.push_back(initiator.outgoing.user);
    }
    for (const std::string& user : users) {
        if (!user.empty() && !target::libiscsi_reads_proof(user)) {
            log::warning("libiscsi, and so qemu, cannot log in with mutual CHAP where the target's "
                         "user name is {}: it needs one of 2, 6, 10, 14 ... characters",
                         user);
        }
    }
}

} // namespace

Outcome Agent::monitor() {
    auto wanted = specification_of(request_.values);
    if (!wanted) {
        return Outcome::of(wanted.error());
    }
    const auto found = engine_.observe(*wanted);
    if (!found) {
        return Outcome::of(found.error());
    }
    switch (found->presence) {
    case Presence::absent:
        return Outcome::of(ExitCode::not_running);
    case Presence::foreign:
        // It is somebody else's; ours does not run. start refuses to touch it.
        return Outcome::of(
            ExitCode::not_running,
            fmt::format("a target {} is there that is not ours: {}", wanted->iqn, found->detail));
    case Presence::leftover: // it holds the device, so a stop has to come
        return Outcome::of(ExitCode::error, found->detail);
    case Presence::ours:
        break;
    }
    const auto secrets = read_secrets(*wanted, request_.values);
    return judge(*wanted, *found, secrets);
}

Outcome Agent::judge(const target::Specification& wanted, const target::Exported& found,
                     const Status& secrets) {
    if (const auto all = target::differences(wanted, found); !all.empty()) {
        return differs(all);
    }
    if (!secrets) {
        // The target serves with the passwords it was started with. The next start would fail.
        return Outcome::of(ExitCode::degraded, secrets.error().message);
    }
    const auto unreachable = absent(wanted);
    if (request_.check_level >= 10) {
        target::Specification reachable = wanted;
        std::erase_if(reachable.portals, [&](const target::Portal& portal) {
            return std::find(unreachable.begin(), unreachable.end(), portal) != unreachable.end();
        });
        if (auto reached = network_.check(reachable); !reached) {
            return Outcome::of(reached.error());
        }
    }
    if (!unreachable.empty()) {
        // Starting the target anew would bring no address.
        return Outcome::of(ExitCode::degraded, absence_of(unreachable.front()));
    }
    std::string reason = worry(wanted, found);
    return reason.empty() ? Outcome::ok() : Outcome::of(ExitCode::degraded, std::move(reason));
}

std::vector<target::Portal> Agent::absent(const target::Specification& wanted) {
    const auto addresses = addresses_.all();
    if (!addresses) {
        log::info("whether the node has its portals' addresses is not known: {}",
                  addresses.error().message);
        return {};
    }
    return absent_portals(wanted.portals, *addresses);
}

std::string Agent::worry(const target::Specification& wanted, const target::Exported& found) {
    const auto pool_warn = static_cast<unsigned>(request_.values.integer("pool_warn"));
    if (std::string below = backing_.worry(wanted, pool_warn); !below.empty()) {
        return below;
    }
    for (const target::ExportedLun& lun : found.luns) {
        if (lun.registrations.value_or(0) > 0) {
            const bool one = *lun.registrations == 1;
            return fmt::format("LUN {} has {} registration{} for persistent reservations: a move "
                               "would lose {}",
                               lun.number, *lun.registrations, one ? "" : "s", one ? "it" : "them");
        }
    }
    const auto limit = request_.values.integer("session_limit");
    if (limit > 0 && found.sessions > limit) {
        return fmt::format("{} sessions, more than session_limit {}", found.sessions, limit);
    }
    return {};
}

Outcome Agent::start() {
    auto wanted = specification_of(request_.values);
    if (!wanted) {
        return Outcome::of(wanted.error());
    }
    if (auto secrets = read_secrets(*wanted, request_.values); !secrets) {
        return Outcome::of(secrets.error());
    }
    const auto before = engine_.observe(*wanted);
    if (before && before->presence == Presence::ours &&
        target::differences(*wanted, *before).empty()) {
        return Outcome::ok();
    }
    if (auto started = engine_.start(*wanted, progress_); !started) {
        return Outcome::of(started.error());
    }
    log::info("{} is exported by {}{}", wanted->iqn, engine_.name(),
              request_.values.is_set("implementation")
                  ? ""
                  : (engine_.name() == "lio"
                         ? " (implementation is not set, and this kernel has it)"
                         : " (implementation is not set, and this kernel has no LIO)"));
    if (engine_.name() == "lio") {
        tell_of_unreadable_proof(*wanted);
    }
    progress_("looking at the result");
    const auto after = engine_.observe(*wanted);
    if (!after) {
        return undone(wanted->iqn, Outcome::of(after.error()));
    }
    const auto all = after->presence == Presence::ours
                         ? target::differences(*wanted, *after)
                         : std::vector<std::string>{"the target is not there"};
    if (!all.empty()) {
        return undone(wanted->iqn, differs(all));
    }
    for (const target::Portal& portal : absent(*wanted)) {
        log::warning("{}: nobody can connect there until it has", absence_of(portal));
    }
    return Outcome::ok();
}

Outcome Agent::undone(const std::string& iqn, Outcome failure) {
    if (const auto stopped = engine_.stop(iqn, progress_); !stopped) {
        failure.reason += "; and undoing it failed: " + stopped.error().message;
    }
    return failure;
}

Outcome Agent::stop() {
    const std::string& iqn = request_.values.text("iqn");
    if (auto valid = target::check_iscsi_name(iqn); !valid) {
        // start refuses it, so nothing runs under it; an error would cost every node its power.
        log::warning("nothing to stop: parameter iqn: {}", valid.error().message);
        return Outcome::ok();
    }
    return ocf::outcome_of(engine_.stop(iqn, progress_));
}

Outcome Agent::validate() {
    auto wanted = specification_of(request_.values);
    if (!wanted) {
        return Outcome::of(wanted.error());
    }
    if (request_.check_level >= 10) {
        return ocf::outcome_of(read_secrets(*wanted, request_.values));
    }
    return Outcome::ok();
}

} // namespace twinsite::iscsi_target
