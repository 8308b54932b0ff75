// Where a saved guest's memory lies, and whether it may lie there.
#pragma once

#include <twinsite/base/result.hpp>

#include <filesystem>
#include <optional>
#include <string>

namespace twinsite::vm {

/// Each call ends within hypervisor::file_patience, with error timeout when the folder is a
/// server's that does not answer.
class StateFile {
public:
    StateFile(std::filesystem::path folder, const std::string& domain, bool local_allowed)
        : folder_(std::move(folder))
        , file_(folder_ / (domain + ".state"))
        , local_allowed_(local_allowed) {}

    [[nodiscard]] const std::filesystem::path& path() const { return file_; }
    [[nodiscard]] Result<bool> exists() const;
    /// Error invalid_config when the folder is missing, or on a file system that other nodes do not
    /// see: a state left there would be older than the disks once the guest ran elsewhere.
    [[nodiscard]] Status usable() const;
    /// Take it for one restore, under a name that no later start looks at: whatever happens from
    /// here on, the same state never goes on twice. Returns the new path.
    [[nodiscard]] Result<std::filesystem::path> take() const;
    /// Put it where no start looks, when there is one: the guest ran since, and its disks are
    /// newer. Returns the new path; nullopt when there was none.
    [[nodiscard]] Result<std::optional<std::filesystem::path>> set_aside() const;
    void remove() const;
    /// Remove what take() returned, when it went on.
    static void forget(const std::filesystem::path& taken);

private:
    std::filesystem::path folder_;
    std::filesystem::path file_;
    bool local_allowed_;
};

} // namespace twinsite::vm
