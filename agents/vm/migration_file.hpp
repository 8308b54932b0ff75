// Tells that a migration of a resource's guest marked it, and whether somebody is still at it.
#pragma once

#include <twinsite/base/handle.hpp>
#include <twinsite/base/result.hpp>

#include <filesystem>
#include <string_view>

namespace twinsite::vm {

/// The file is there from before the guest is marked as being in a migration until that mark is
/// taken away again; who drives the migration holds a lock on it. A file without a lock is what a
/// migration left behind.
class MigrationFile {
public:
    MigrationFile(const std::filesystem::path& folder, std::string_view resource);

    [[nodiscard]] bool exists() const;
    /// Create it when it is missing, and hold it. Does not wait: error conflict when another holds
    /// it.
    [[nodiscard]] Result<FileDescriptor> hold() const;
    /// Only by who holds it.
    void remove() const;

private:
    std::filesystem::path file_;
};

} // namespace twinsite::vm
