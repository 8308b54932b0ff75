#include "lib/target/backings.hpp"
#include "lib/target/tgt/builder.hpp"
#include "lib/target/tgt/listing.hpp"

#include <twinsite/log/log.hpp>
#include <twinsite/target/identity.hpp>
#include <twinsite/target/tgt.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace twinsite::target {

using tgt::ListedLun;
using tgt::ListedTarget;

namespace {

constexpr std::string_view everybody = "ALL";

std::string foreign_sign(const ListedTarget& target) {
    const std::int32_t ours = tgt::target_id(target.name);
    return target.id == ours ? "" : fmt::format("its id is {}, ours would be {}", target.id, ours);
}

ExportedLun exported(const ListedLun& listed, const Specification& wanted,
                     BackingInspector& inspector) {
    ExportedLun lun{.number = listed.number,
                    .path = listed.path,
                    .active = listed.online,
                    .read_only = listed.read_only,
                    .attributes = {{"emulate_tpu", listed.thin ? "1" : "0"}}};
    const auto backing = inspector.inspect(listed.path);
    lun.same_device = backing || backing.error().kind != ErrorKind::not_found;
    const auto specified = std::find_if(wanted.luns.begin(), wanted.luns.end(),
                                        [&](const Lun& one) { return one.number == lun.number; });
    if (specified != wanted.luns.end()) {
        lun.identity = specified->identity; // vendor and product are not shown
        lun.identity->serial =
            listed.scsi_id == naa_of_serial(listed.serial)
                ? listed.serial
                : fmt::format("{} with SCSI id {}", listed.serial, listed.scsi_id);
    }
    return lun;
}

void add_access(const ListedTarget& target, Exported& found) {
    std::set<std::uint64_t> numbers;
    std::set<std::uint64_t> read_only;
    for (const ListedLun& lun : target.luns) {
        numbers.insert(lun.number);
        if (lun.read_only) {
            read_only.insert(lun.number);
        }
    }
    found.enabled = !target.access.empty();
    for (const std::string& rule : target.access) {
        if (rule == everybody) {
            found.open_to_all = true;
        } else {
            found.initiators.push_back(
                {.name = rule, .luns = numbers, .read_only_luns = read_only});
        }
    }
    found.passwords_visible = false;
    found.authenticated = !target.incoming_users.empty();
    if (found.authenticated) {
        found.incoming.user = target.incoming_users.front();
    }
    if (!target.outgoing_users.empty()) {
        found.outgoing.user = target.outgoing_users.front();
    }
    for (ExportedInitiator& initiator : found.initiators) {
        initiator.incoming = found.incoming;
        initiator.outgoing = found.outgoing;
    }
}

/// Serials that the admin gave may be another target's; derived ones cannot.
Status check_given_serials(const std::vector<ListedTarget>& targets, const Specification& wanted) {
    for (const Lun& lun : wanted.luns) {
        if (lun.identity.serial == derived_serial(wanted.iqn, lun.number)) {
            continue;
        }
        for (const ListedTarget& target : targets) {
            for (const ListedLun& other : target.luns) {
                if (other.serial == lun.identity.serial) {
                    return fail(ErrorKind::conflict, same_serial(lun, target.name));
                }
            }
        }
    }
    return {};
}

/// tgt opens whatever it is told to, as often as it is told to.
Status check_storage(TgtDaemon& daemon, BackingInspector& inspector, const Specification& wanted) {
    const auto backings = inspect_luns(inspector, wanted);
    const auto targets = tgt::all_targets(daemon);
    if (!backings || !targets) {
        return fail(backings ? targets.error() : backings.error());
    }
    for (const ListedTarget& target : *targets) {
        for (const ListedLun& lun : target.luns) {
            if (auto single =
                    check_not_exported(inspector, wanted, *backings, lun.path, target.name);
                !single) {
                return single;
            }
        }
    }
    if (auto unique = check_given_serials(*targets, wanted); !unique) {
        return unique;
    }
    for (const Lun& lun : wanted.luns) {
        if (backings->at(lun.number).kind != Backing::Kind::block) {
            continue;
        }
        if (auto free = inspector.check_free(lun.path); !free) {
            Error held = free.error().in(fmt::format("LUN {}", lun.number));
            held.message += held_by(inspector, lun.path);
            return fail(std::move(held));
        }
    }
    return {};
}

} // namespace

Status check_for_tgt(const Specification& wanted) {
    const auto refuse = [](std::string_view what) {
        return fail(ErrorKind::invalid_config, fmt::format("tgt {}", what));
    };
    if (wanted.luns.front().number == 0) {
        return refuse("keeps LUN 0 for its own controller: use 1 and above");
    }
    for (const auto& [name, value] : wanted.lun_attributes) {
        if (name != "emulate_tpu") {
            return refuse(fmt::format("has no switch {}", name));
        }
    }
    if (!wanted.alua_state.empty()) {
        return refuse("has no alua_state");
    }
    if (wanted.iser) {
        return refuse("is not used with iser here");
    }
    if (std::any_of(wanted.initiators.begin(), wanted.initiators.end(),
                    [](const Initiator& one) { return !one.incoming.empty(); })) {
        return refuse("has no CHAP credentials of single initiators");
    }
    return {};
}

Result<Exported> Tgt::observe(const Specification& wanted) {
    const auto target = tgt::find_target(daemon_, wanted.iqn);
    if (!target) {
        return fail(target.error());
    }
    Exported found;
    if (!*target) {
        return found;
    }
    const ListedTarget& listed = **target;
    if (std::string sign = foreign_sign(listed); !sign.empty()) {
        found.presence = Presence::foreign;
        found.detail = std::move(sign);
        return found;
    }
    found.presence = Presence::ours;
    found.sessions = static_cast<unsigned>(listed.connections.size());
    for (const ListedLun& lun : listed.luns) {
        found.luns.push_back(exported(lun, wanted, inspector_));
    }
    add_access(listed, found);
    const auto portals = tgt::open_portals(daemon_, wanted.portals);
    if (!portals) {
        return fail(portals.error());
    }
    found.portals = *portals;
    if (!wanted.session_parameters.empty()) {
        auto parameters = tgt::session_parameters(daemon_, listed.id);
        if (!parameters) {
            return fail(parameters.error());
        }
        found.session_parameters = std::move(*parameters);
    }
    return found;
}

Status Tgt::start(const Specification& wanted, const Progress& progress) {
    if (auto possible = check_for_tgt(wanted); !possible) {
        return possible;
    }
    const auto target = tgt::find_target(daemon_, wanted.iqn);
    if (!target) {
        return fail(target.error());
    }
    if (const auto runs = daemon_.runs(); runs && !*runs) {
        return fail(ErrorKind::unreachable, "tgtd does not run on this node: systemctl start tgt");
    }
    if (*target && !foreign_sign(**target).empty()) {
        return fail(ErrorKind::conflict,
                    "another target of this name is there and not ours: " + foreign_sign(**target));
    }
    if (auto cleared = stop(wanted.iqn, progress); !cleared) {
        return fail(cleared.error().in("left over from an earlier run"));
    }
    if (auto storage = check_storage(daemon_, inspector_, wanted); !storage) {
        return storage;
    }
    tgt::Accounts accounts(daemon_, folder_);
    const tgt::Patience patience{clock_, deadline_};
    const auto built =
        tgt::Builder(daemon_, inspector_, accounts, backing_, patience, progress).build(wanted);
    if (built) {
        return {};
    }
    Error error = built.error();
    if (const auto undone = stop(wanted.iqn, progress); !undone) {
        error.message += "; and undoing it failed: " + undone.error().message;
    }
    return fail(std::move(error));
}

Status Tgt::stop(std::string_view iqn, const Progress& progress) {
    const auto target = tgt::find_target(daemon_, iqn);
    if (!target) {
        return fail(target.error());
    }
    if (!*target) {
        return {};
    }
    if (const std::string sign = foreign_sign(**target); !sign.empty()) {
        log::warning("the target {} is not ours and stays: {}", iqn, sign);
        return {};
    }
    tgt::Accounts accounts(daemon_, folder_);
    return tgt::remove_target(daemon_, accounts, {clock_, deadline_}, **target, progress);
}

} // namespace twinsite::target
