#include "lib/target/tgt/accounts.hpp"

#include "lib/target/tgt/listing.hpp"
#include "lib/target/tgt/wire.hpp"

#include <twinsite/base/file.hpp>
#include <twinsite/base/text.hpp>
#include <twinsite/log/log.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace twinsite::target::tgt {

namespace {

using Mode = TgtRequest::Mode;
using Operation = TgtRequest::Operation;

// No iSCSI name begins with a dot: no target's file has these names.
constexpr const char* lock_file = ".accounts.lock";
constexpr const char* note_file = ".accounts";
constexpr Milliseconds lock_poll{20};

bool uses(const ListedTarget& target, std::string_view user) {
    const auto has = [&](const std::vector<std::string>& users) {
        return std::find(users.begin(), users.end(), user) != users.end();
    };
    return has(target.incoming_users) || has(target.outgoing_users);
}

} // namespace

Result<FileDescriptor> Accounts::lock(const Patience& patience) const {
    Result<FileDescriptor> held = fail(ErrorKind::internal, "not tried");
    poll_until(patience.clock, patience.deadline, lock_poll, [&] {
        held = try_lock_file(folder_ / lock_file);
        return held || held.error().kind != ErrorKind::conflict;
    });
    return held ? std::move(held) : fail(held.error().in("tgt's CHAP accounts"));
}

Status Accounts::provide(const Credentials& credentials) {
    Status created = create(credentials);
    if (created || created.error() != error_of(account_exists)) {
        return created;
    }
    const auto used = is_used(credentials.user);
    if (!used) {
        return fail(used.error());
    }
    if (!made().contains(credentials.user)) {
        log::warning("the CHAP account {} was not made by this agent and keeps its password: if "
                     "that is not the configured one, initiators are refused",
                     credentials.user);
        return {};
    }
    if (*used) {
        log::notice("another target uses the CHAP account {}: its password stays",
                    credentials.user);
        return {};
    }
    // Left over from an earlier run, perhaps with another password. tgt can change none.
    const Status removed = remove(credentials.user);
    return removed ? create(credentials) : removed;
}

void Accounts::forget(const std::vector<std::string>& users) {
    const auto ours = made();
    for (const std::string& user : users) {
        const auto used = is_used(user);
        if (ours.contains(user) && used && !*used) {
            if (const auto removed = remove(user); !removed) {
                log::warning("the CHAP account {} stays: {}", user, removed.error().message);
            }
        }
    }
}

Status Accounts::create(const Credentials& credentials) {
    const auto done = daemon_.ask(
        {.mode = Mode::account,
         .operation = Operation::create,
         .parameters = fmt::format("user={},password={}", credentials.user, credentials.password)});
    if (!done) {
        return fail(done.error());
    }
    // Noted only now: who dies in between leaves an account, and deletes none of somebody else's.
    auto users = made();
    users.insert(credentials.user);
    note(users);
    return {};
}

Status Accounts::remove(const std::string& user) {
    const auto done = daemon_.ask(
        {.mode = Mode::account, .operation = Operation::remove, .parameters = "user=" + user});
    if (!done && done.error().kind != ErrorKind::not_found) {
        return fail(done.error());
    }
    auto users = made();
    users.erase(user);
    note(users);
    return {};
}

Result<bool> Accounts::is_used(std::string_view user) {
    return daemon_.ask({.mode = Mode::target, .operation = Operation::show})
        .map([&](const std::string& text) {
            const auto all = parse_targets(text);
            return std::any_of(all.begin(), all.end(),
                               [&](const ListedTarget& target) { return uses(target, user); });
        });
}

/// A daemon that was started anew has none of the accounts that were made in the one before.
std::set<std::string> Accounts::made() const {
    const std::string text = read_file(folder_ / note_file).value_or("");
    const auto all = lines(text);
    if (all.empty() || all.front() != daemon_.incarnation()) {
        return {};
    }
    return {all.begin() + 1, all.end()};
}

void Accounts::note(const std::set<std::string>& users) const {
    std::string text = daemon_.incarnation() + "\n";
    for (const std::string& user : users) {
        text += user + "\n";
    }
    if (const auto kept = replace_file(folder_ / note_file, text, 0600); !kept) {
        log::warning("CHAP accounts will be left over: {}", kept.error().message);
    }
}

} // namespace twinsite::target::tgt
