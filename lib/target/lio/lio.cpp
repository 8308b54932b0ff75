#include "lib/target/lio/execute.hpp"
#include "lib/target/lio/inventory.hpp"
#include "lib/target/lio/layout.hpp"
#include "lib/target/lio/observation.hpp"
#include "lib/target/lio/plan.hpp"

#include <twinsite/log/log.hpp>
#include <twinsite/target/identity.hpp>
#include <twinsite/target/lio.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace twinsite::target {

using lio::Inventory;

namespace {

/// A second look finds what a first round's failure hid (an ACL that held a LUN, for example).
constexpr int removal_rounds = 2;

/// The kernel needs milliseconds to stop another target's portal; more than this is something else.
constexpr Milliseconds portal_patience{5000};

Status check_possible(const Specification& wanted, const Backings& backings) {
    for (const Lun& lun : wanted.luns) {
        const bool block = backings.at(lun.number).kind == Backing::Kind::block;
        if (lun.read_only && !block && wanted.initiators.empty()) {
            return fail(ErrorKind::invalid_config,
                        fmt::format("LUN {}: a file can be exported read-only only to "
                                    "allowed_initiators",
                                    lun.number));
        }
        const auto cache = wanted.lun_attributes.find("emulate_write_cache");
        if (block && cache != wanted.lun_attributes.end() && cache->second == "1") {
            // drivers/target/target_core_configfs.c: ignored or refused, as kernels go.
            return fail(ErrorKind::invalid_config,
                        fmt::format("LUN {}: a block device reports its own write cache; "
                                    "emulate_write_cache=true is for files",
                                    lun.number));
        }
    }
    return {};
}

/// LIO claims a block device for itself, but opens a file as often as it is told to.
Status check_files_not_exported(ConfigTree& tree, BackingInspector& inspector,
                                const Specification& wanted, const Backings& backings) {
    if (std::none_of(backings.begin(), backings.end(),
                     [](const auto& one) { return one.second.kind == Backing::Kind::file; })) {
        return {};
    }
    const auto stores = lio::file_stores(tree);
    if (!stores) {
        return fail(stores.error());
    }
    for (const std::string& store : *stores) {
        const auto info = tree.read(store + "/info");
        const std::string path = info ? lio::parse_store_info(*info).path : std::string();
        if (path.empty()) {
            continue; // gone meanwhile, or never opened
        }
        if (auto other = check_not_exported(inspector, wanted, backings, path, store); !other) {
            return other;
        }
    }
    return {};
}

Error explained(Error error) {
    // What an errno means here, where its own text sends people the wrong way.
    const auto add = [&](std::string_view sign, std::string_view meaning) {
        if (error.message.ends_with(sign)) {
            error.message += meaning;
        }
    };
    add("Cannot assign requested address", " (this node does not have it: start it first)");
    add("Read-only file system", " (is its mirror promoted here?)");
    if (error.message.find("Read-only file system") != std::string::npos) {
        error.kind = ErrorKind::conflict; // a state of the device, not a lack of permission
    }
    add("Wrong medium type", " (is its mirror promoted here?)");
    add("Invalid argument", error.message.starts_with("portal ")
                                ? " (does another program listen there? The kernel's log says more)"
                                : "");
    return error;
}

/// Who has the device open that ERROR of a start is about.
Error with_holder(Error error, BackingInspector& inspector, const Specification& wanted) {
    for (const Lun& lun : wanted.luns) {
        if (error.kind == ErrorKind::conflict && error.message.ends_with("busy") &&
            error.message.starts_with(lio::opening(lun))) {
            error.message += held_by(inspector, lun.path);
        }
    }
    return error;
}

/// Who still uses a backing store that a stop could not remove.
Error with_user(Error error, ConfigTree& tree, std::string_view iqn) {
    const auto left = lio::take_inventory(tree, iqn);
    if (error.kind != ErrorKind::conflict || !left) {
        return error;
    }
    for (const lio::Backstore& store : left->backstores) {
        const auto user = lio::user_of_store(tree, store.path);
        if (user && !user->empty()) {
            error.message += fmt::format(" ({} uses it)", *user);
            break;
        }
    }
    return error;
}

/// Serials that the admin gave may be another target's; derived ones cannot.
Status check_given_serials(ConfigTree& tree, const Specification& wanted) {
    for (const Lun& lun : wanted.luns) {
        if (lun.identity.serial == derived_serial(wanted.iqn, lun.number)) {
            continue;
        }
        const auto holder = lio::holder_of_serial(tree, lun.identity.serial);
        if (!holder) {
            return fail(holder.error());
        }
        if (!holder->empty()) {
            return fail(ErrorKind::conflict, same_serial(lun, *holder));
        }
    }
    return {};
}

/// They live in this kernel: whoever relied on them has to know.
void tell_lost_reservations(ConfigTree& tree, std::string_view iqn) {
    const auto inventory = lio::take_inventory(tree, iqn);
    if (!inventory) {
        return; // the removal itself reports it
    }
    for (const lio::Backstore& store : inventory->backstores) {
        const auto text = tree.read(store.path + "/pr/res_pr_registered_i_pts");
        if (const unsigned count = text ? lio::count_registrations(*text) : 0; count > 0) {
            log::warning("{}: {} registrations for persistent reservations are lost with this stop",
                         lio::base_name(store.path), count);
        }
    }
}

} // namespace

Result<Exported> Lio::observe(const Specification& wanted) {
    switch (support_.state()) {
    case LioState::absent:
        return Exported{};
    case LioState::hidden:
        return fail(ErrorKind::unreachable,
                    "LIO is loaded, but configfs is not mounted on /sys/kernel/config: what it "
                    "exports cannot be seen");
    case LioState::ready:
        break;
    }
    const auto inventory = lio::take_target_inventory(tree_, wanted.iqn);
    if (!inventory) {
        return fail(inventory.error());
    }
    Exported found;
    if (!inventory->target) {
        const auto left = lio::leftover_store(tree_, wanted.iqn);
        if (!left) {
            return fail(left.error());
        }
        if (!left->empty()) {
            found.presence = Presence::leftover;
            found.detail = fmt::format("a backing store is left over: {}", *left);
        }
        return found;
    }
    if (std::string sign = lio::foreign_sign(*inventory); !sign.empty()) {
        found.presence = Presence::foreign;
        found.detail = std::move(sign);
        return found;
    }
    return lio::observe_target(tree_, inspector_, *inventory, wanted);
}

Status Lio::clear(std::string_view iqn, const Progress& progress) {
    Status removed;
    for (int round = 0; round < removal_rounds; ++round) {
        const auto inventory = lio::take_inventory(tree_, iqn);
        if (!inventory) {
            return fail(inventory.error());
        }
        if (inventory->empty()) {
            return {};
        }
        removed = lio::remove(tree_, lio::removal_steps(*inventory), progress);
        if (removed) {
            return {};
        }
    }
    return fail(with_user(explained(removed.error()), tree_, iqn));
}

Status Lio::start(const Specification& wanted, const Progress& progress) {
    const auto backings = inspect_luns(inspector_, wanted);
    if (!backings) {
        return fail(backings.error());
    }
    if (auto possible = check_possible(wanted, *backings); !possible) {
        return possible;
    }
    progress("loading LIO");
    if (auto ready = support_.prepare(); !ready) {
        return ready;
    }
    const auto inventory = lio::take_target_inventory(tree_, wanted.iqn);
    if (!inventory) {
        return fail(inventory.error());
    }
    if (const std::string sign = lio::foreign_sign(*inventory); !sign.empty()) {
        return fail(ErrorKind::conflict,
                    fmt::format("another target of this name is there and not ours: {}", sign));
    }
    if (auto cleared = clear(wanted.iqn, progress); !cleared) {
        return fail(cleared.error().in("left over from an earlier run"));
    }
    if (auto unique = check_given_serials(tree_, wanted); !unique) {
        return unique;
    }
    if (auto single = check_files_not_exported(tree_, inspector_, wanted, *backings); !single) {
        return single;
    }
    const auto built = lio::build(tree_, lio::build_steps(wanted, *backings), progress,
                                  {clock_, deadline_.within(clock_, portal_patience)});
    if (built) {
        return {};
    }
    Error error = with_holder(explained(built.error()), inspector_, wanted);
    if (const auto undone = clear(wanted.iqn, progress); !undone) {
        error.message += "; and undoing it failed: " + undone.error().message;
    }
    return fail(std::move(error));
}

Status Lio::stop(std::string_view iqn, const Progress& progress) {
    const LioState state = support_.state();
    if (state == LioState::absent) {
        return {};
    }
    if (state == LioState::hidden) {
        if (auto shown = support_.reveal(); !shown) {
            return shown;
        }
    }
    const auto inventory = lio::take_target_inventory(tree_, iqn);
    if (!inventory) {
        return fail(inventory.error());
    }
    if (const std::string sign = lio::foreign_sign(*inventory); !sign.empty()) {
        log::warning("the target {} is not ours and stays: {}", iqn, sign);
        return {};
    }
    progress("looking for persistent reservations");
    tell_lost_reservations(tree_, iqn);
    return clear(iqn, progress);
}

} // namespace twinsite::target
