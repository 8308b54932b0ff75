// CHAP accounts belong to the daemon: targets share them, discovery may use them, and tgt unbinds
// an account that is deleted from all of them. A target without any account lets everybody in.
#pragma once

#include "lib/target/tgt/patience.hpp"

#include <twinsite/base/handle.hpp>
#include <twinsite/target/tgt.hpp>

#include <filesystem>
#include <set>
#include <string>
#include <vector>

namespace twinsite::target::tgt {

class Accounts {
public:
    /// FOLDER keeps the node-wide lock, and the names of the accounts that this agent made.
    Accounts(TgtDaemon& daemon, std::filesystem::path folder)
        : daemon_(daemon)
        , folder_(std::move(folder)) {}

    /// Held while accounts are made or deleted, and until who may log in is settled.
    /// Error conflict when the deadline passes.
    Result<FileDescriptor> lock(const Patience& patience) const;

    /// The account exists afterwards. One that is there keeps its password, unless this agent made
    /// it and no target uses it. Only under the lock.
    Status provide(const Credentials& credentials);

    /// Delete those of USERS that this agent made and no target uses. Only under the lock.
    void forget(const std::vector<std::string>& users);

private:
    Status create(const Credentials& credentials);
    Status remove(const std::string& user);
    Result<bool> is_used(std::string_view user);
    [[nodiscard]] std::set<std::string> made() const;
    void note(const std::set<std::string>& users) const;

    TgtDaemon& daemon_;
    std::filesystem::path folder_;
};

} // namespace twinsite::target::tgt
