// A file system whose server never answers, as a dead NFS: whoever touches it hangs.
#pragma once

#include <twinsite/base/handle.hpp>

#include <filesystem>

namespace twinsite::testing {

/// In a mount namespace that this process makes for itself. Needs root and FUSE.
class DeadFileSystem {
public:
    explicit DeadFileSystem(const std::filesystem::path& folder);
    DeadFileSystem(const DeadFileSystem&) = delete;
    DeadFileSystem& operator=(const DeadFileSystem&) = delete;
    DeadFileSystem(DeadFileSystem&&) = delete;
    DeadFileSystem& operator=(DeadFileSystem&&) = delete;
    /// Who hangs gets an error.
    ~DeadFileSystem();

    [[nodiscard]] bool mounted() const { return mounted_; }
    [[nodiscard]] const std::filesystem::path& path() const { return folder_; }

private:
    std::filesystem::path folder_;
    FileDescriptor server_;
    bool mounted_ = false;
};

} // namespace twinsite::testing
