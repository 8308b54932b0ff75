#include "tests/support/dead_file_system.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sched.h>
#include <sys/mount.h>

namespace twinsite::testing {

DeadFileSystem::DeadFileSystem(const std::filesystem::path& folder)
    : folder_(folder)
    , server_(::open("/dev/fuse", O_RDWR | O_CLOEXEC)) {
    std::filesystem::create_directories(folder_);
    // The server is this descriptor, and nobody reads it.
    const std::string options =
        fmt::format("fd={},rootmode=40000,user_id=0,group_id=0", server_.get());
    mounted_ = server_.valid() && ::unshare(CLONE_NEWNS) == 0 &&
               ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
               ::mount("dead", folder_.c_str(), "fuse", MS_NOSUID | MS_NODEV, options.c_str()) == 0;
}

DeadFileSystem::~DeadFileSystem() {
    server_.reset();
    if (mounted_) {
        ::umount2(folder_.c_str(), MNT_DETACH);
    }
}

} // namespace twinsite::testing
