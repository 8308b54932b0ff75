#include "lib/target/tgt/builder.hpp"

#include <twinsite/base/text.hpp>
#include <twinsite/log/log.hpp>
#include <twinsite/target/identity.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace twinsite::target::tgt {

namespace {

using Mode = TgtRequest::Mode;
using Operation = TgtRequest::Operation;

/// How long a connection that was told to end may take; then the target is deleted by force.
constexpr Milliseconds connection_patience{3000};
constexpr Milliseconds connection_poll{20};
constexpr Milliseconds delete_poll{100};
/// Others hold the lock for milliseconds; the rest of the time is for undoing.
constexpr Milliseconds lock_patience{10'000};
/// How long a stop waits to tidy up accounts: one that is left does no harm.
constexpr Milliseconds account_patience{3000};
/// Time to ask the daemon once more what still is at work.
constexpr Milliseconds last_look{500};

/// "initiator-address=" also takes ALL.
std::string rule_text(std::string_view rule) {
    const bool name = check_iscsi_name(rule).has_value();
    return fmt::format("{}={}", name ? "initiator-name" : "initiator-address", rule);
}

} // namespace

std::int32_t target_id(std::string_view iqn) {
    constexpr std::uint32_t own_range = 0x40000000U;
    std::uint32_t number = 0;
    const std::string digits = derived_serial(iqn, 0).substr(0, 8);
    std::from_chars(digits.data(), digits.data() + digits.size(), number, 16);
    return static_cast<std::int32_t>(own_range | (number & (own_range - 1)));
}

Result<std::vector<ListedTarget>> all_targets(TgtDaemon& daemon) {
    return daemon.ask({.mode = Mode::target, .operation = Operation::show})
        .map([](const std::string& text) { return parse_targets(text); });
}

Result<std::optional<ListedTarget>> find_target(TgtDaemon& daemon, std::string_view iqn) {
    const auto runs = daemon.runs();
    if (!runs || !*runs) {
        // A daemon that is not there exports nothing.
        return runs ? Result<std::optional<ListedTarget>>(std::nullopt) : fail(runs.error());
    }
    return all_targets(daemon).map([&](const std::vector<ListedTarget>& all) {
        const auto found = std::find_if(
            all.begin(), all.end(), [&](const ListedTarget& target) { return target.name == iqn; });
        return found == all.end() ? std::nullopt : std::optional(*found);
    });
}

Result<std::vector<std::string>> open_portals(TgtDaemon& daemon,
                                              const std::vector<Portal>& wanted) {
    const auto text = daemon.ask({.mode = Mode::portal, .operation = Operation::show});
    if (!text) {
        return fail(text.error());
    }
    const auto listed = parse_portals_listing(*text);
    const auto has = [&](const Portal& portal) {
        return std::find(listed.begin(), listed.end(), portal.text()) != listed.end();
    };
    std::vector<std::string> open;
    for (const Portal& portal : wanted) {
        if (has(portal) || has({portal.ipv6() ? "::" : "0.0.0.0", portal.port})) {
            open.push_back(portal.text());
        }
    }
    return open;
}

Result<Switches> session_parameters(TgtDaemon& daemon, std::int64_t target) {
    const auto text = daemon.ask({.mode = Mode::target,
                                  .operation = Operation::show,
                                  .target = static_cast<std::int32_t>(target)});
    if (!text) {
        return fail(text.error());
    }
    Switches found;
    for (const std::string_view line : lines(*text)) {
        const auto equals = line.find('=');
        if (equals != std::string_view::npos) {
            found[std::string(trim(line.substr(0, equals)))] = trim(line.substr(equals + 1));
        }
    }
    return found;
}

Status Builder::request(TgtRequest request, const std::string& what) {
    progress_(what);
    request.target = id_;
    const auto done = daemon_.ask(request);
    return done ? Status() : fail(done.error().in(what));
}

Status Builder::build(const Specification& wanted) {
    id_ = target_id(wanted.iqn);
    Status status = request(
        {.operation = Operation::create, .parameters = "targetname=" + wanted.iqn}, "the target");
    for (const Lun& one : wanted.luns) {
        status = status ? lun(one, wanted) : status;
    }
    for (const auto& [name, value] : wanted.session_parameters) {
        if (status) {
            status = request(
                {.operation = Operation::update, .parameters = fmt::format("{}={}", name, value)},
                fmt::format("session parameter {}={}", name, value));
        }
    }
    status = status ? portals(wanted) : status;
    return status ? admit(wanted) : status;
}

Status Builder::lun(const Lun& lun, const Specification& wanted) {
    const auto backing = inspector_.inspect(lun.path);
    if (!backing) {
        return fail(backing.error().in(fmt::format("LUN {}", lun.number)));
    }
    // As with LIO, what is acknowledged is on the device: past the page cache.
    const std::string flags = !backing_.flags.empty()                 ? backing_.flags
                              : backing->kind == Backing::Kind::block ? "direct"
                                                                      : "sync";
    auto created = request({.mode = Mode::device,
                            .operation = Operation::create,
                            .lun = lun.number,
                            .parameters = fmt::format("path={},bstype={},bsoflags={}", lun.path,
                                                      backing_.type, flags)},
                           fmt::format("opening {} for LUN {}", lun.path, lun.number));
    if (!created) {
        return created;
    }
    const auto thin = wanted.lun_attributes.find("emulate_tpu");
    return request(
        {.mode = Mode::device,
         .operation = Operation::update,
         .lun = lun.number,
         .parameters = fmt::format(
             "scsi_id={},scsi_sn={},vendor_id={},product_id={}{}{}",
             naa_of_serial(lun.identity.serial), lun.identity.serial, lun.identity.vendor,
             lun.identity.product, lun.read_only ? ",readonly=1" : "",
             thin == wanted.lun_attributes.end() ? "" : ",thin_provisioning=" + thin->second)},
        fmt::format("identity of LUN {}", lun.number));
}

/// Under one lock: whoever deleted an account in between would leave a target that asks nobody for
/// a password.
Status Builder::admit(const Specification& wanted) {
    if (wanted.incoming.empty()) {
        return access(wanted);
    }
    progress_("waiting for tgt's CHAP accounts");
    const auto lock = accounts_.lock(
        {patience_.clock, patience_.deadline.within(patience_.clock, lock_patience)});
    if (!lock) {
        return fail(lock.error());
    }
    Status status = account(wanted.incoming, false);
    if (status && !wanted.outgoing.empty()) {
        status = account(wanted.outgoing, true);
    }
    return status ? access(wanted) : status;
}

Status Builder::account(const Credentials& credentials, bool outgoing) {
    const std::string what = "CHAP account " + credentials.user;
    progress_(what);
    if (auto there = accounts_.provide(credentials); !there) {
        return fail(there.error().in(what));
    }
    return request({.mode = Mode::account,
                    .operation = Operation::bind,
                    .outgoing = outgoing,
                    .parameters = "user=" + credentials.user},
                   what);
}

Status Builder::portals(const Specification& wanted) {
    const auto open = open_portals(daemon_, wanted.portals);
    if (!open) {
        return fail(open.error());
    }
    for (const Portal& portal : wanted.portals) {
        if (std::find(open->begin(), open->end(), portal.text()) != open->end()) {
            continue;
        }
        const std::string what = fmt::format("portal {}", portal.text());
        if (auto made = request({.mode = Mode::portal,
                                 .operation = Operation::create,
                                 .parameters = "portal=" + portal.text()},
                                what);
            !made) {
            // Another target's start that needs it too may have been faster.
            if (const auto now = open_portals(daemon_, {portal}); now && !now->empty()) {
                continue;
            }
            return fail(made.error().kind, made.error().message +
                                               " (does this node have the address, and is the "
                                               "port free?)");
        }
    }
    return {};
}

Status Builder::access(const Specification& wanted) {
    const auto bind = [&](std::string_view rule) {
        return request({.operation = Operation::bind, .parameters = rule_text(rule)},
                       fmt::format("access of {}", rule));
    };
    if (wanted.initiators.empty()) {
        return bind("ALL");
    }
    for (const Initiator& initiator : wanted.initiators) {
        if (auto bound = bind(initiator.name); !bound) {
            return bound;
        }
    }
    return {};
}

namespace {

Status ignore_missing(const Result<std::string>& done, std::string_view what) {
    if (done || done.error().kind == ErrorKind::not_found) {
        return {};
    }
    return fail(done.error().in(what));
}

Status refuse_logins(TgtDaemon& daemon, const ListedTarget& target, const Progress& progress) {
    for (const std::string& rule : target.access) {
        progress(fmt::format("access of {}", rule));
        const auto done = daemon.ask({.mode = Mode::target,
                                      .operation = Operation::unbind,
                                      .target = static_cast<std::int32_t>(target.id),
                                      .parameters = rule_text(rule)});
        if (auto gone = ignore_missing(done, "access of " + rule); !gone) {
            return gone;
        }
    }
    return {};
}

/// The target's connections now.
std::vector<std::pair<std::uint64_t, std::uint32_t>> connections(TgtDaemon& daemon,
                                                                 std::string_view iqn) {
    const auto now = find_target(daemon, iqn);
    return now && *now ? (*now)->connections
                       : std::vector<std::pair<std::uint64_t, std::uint32_t>>{};
}

void end_sessions(TgtDaemon& daemon, const Patience& patience, const ListedTarget& target,
                  const Progress& progress) {
    progress("ending the sessions");
    for (const auto& [session, connection] : connections(daemon, target.name)) {
        static_cast<void>(daemon.ask({.mode = Mode::connection,
                                      .operation = Operation::remove,
                                      .target = static_cast<std::int32_t>(target.id),
                                      .session = session,
                                      .connection = connection}));
    }
    if (!poll_until(patience.clock, patience.deadline.within(patience.clock, connection_patience),
                    connection_poll, [&] { return connections(daemon, target.name).empty(); })) {
        log::warning("sessions of {} did not end by themselves: deleting it by force", target.name);
    }
}

/// tgt deletes a target's LUNs from the highest number down, and stops at one that is busy.
Error io_in_flight(TgtDaemon& daemon, const ListedTarget& target) {
    const auto now = find_target(daemon, target.name);
    const auto& luns = now && *now ? (*now)->luns : target.luns;
    const auto highest =
        std::max_element(luns.begin(), luns.end(), [](const ListedLun& a, const ListedLun& b) {
            return a.number < b.number;
        });
    return {ErrorKind::conflict, highest == luns.end()
                                     ? "a LUN still has I/O in flight"
                                     : fmt::format("LUN {} still has I/O in flight on {}",
                                                   highest->number, printable(highest->path))};
}

/// Force ends sessions, but not commands: while one is at work, tgt refuses the delete.
Status delete_target(TgtDaemon& daemon, const Patience& patience, const ListedTarget& target) {
    Status gone;
    poll_until(patience.clock, patience.deadline.before(last_look), delete_poll, [&] {
        gone = ignore_missing(daemon.ask({.mode = Mode::target,
                                          .operation = Operation::remove,
                                          .target = static_cast<std::int32_t>(target.id),
                                          .force = true}),
                              "the target");
        return gone || gone.error().kind != ErrorKind::conflict;
    });
    if (!gone && gone.error().kind == ErrorKind::conflict) {
        return fail(io_in_flight(daemon, target));
    }
    return gone;
}

void forget_accounts(Accounts& accounts, const Patience& patience, const ListedTarget& target) {
    std::vector<std::string> users = target.incoming_users;
    users.insert(users.end(), target.outgoing_users.begin(), target.outgoing_users.end());
    if (users.empty()) {
        return;
    }
    const auto lock =
        accounts.lock({patience.clock, patience.deadline.within(patience.clock, account_patience)});
    if (!lock) {
        log::warning("the accounts of {} stay: {}", target.name, lock.error().message);
        return;
    }
    accounts.forget(users);
}

} // namespace

Status remove_target(TgtDaemon& daemon, Accounts& accounts, const Patience& patience,
                     const ListedTarget& target, const Progress& progress) {
    if (auto refused = refuse_logins(daemon, target, progress); !refused) {
        return refused;
    }
    end_sessions(daemon, patience, target, progress);
    progress("the target, when its I/O has ended");
    if (auto gone = delete_target(daemon, patience, target); !gone) {
        return gone;
    }
    forget_accounts(accounts, patience, target);
    return {};
}

} // namespace twinsite::target::tgt
