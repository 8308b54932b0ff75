#include "agents/vm/state_file.hpp"

#include <fmt/format.h>
#include <sys/vfs.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <system_error>

namespace twinsite::vm {

namespace {

/// statfs(2): file systems that several nodes see at once.
constexpr std::array<std::uint32_t, 9> shared_types{
    0x6969,     // nfs
    0xff534d42, // cifs
    0xfe534d42, // smb2
    0x517b,     // smb
    0x01161970, // gfs2
    0x7461636f, // ocfs2
    0x00c36400, // ceph
    0x65735546, // fuse: glusterfs and the like
    0x0bd00bd0, // lustre
};

Result<std::filesystem::path> renamed(const std::filesystem::path& file, const char* ending) {
    std::filesystem::path path = file.string() + ending;
    std::error_code error;
    std::filesystem::rename(file, path, error);
    if (error) {
        return fail(error_from_errno(error.value(), file.string()));
    }
    return path;
}

} // namespace

bool StateFile::exists() const {
    std::error_code error;
    return std::filesystem::exists(file_, error);
}

Status StateFile::usable() const {
    struct statfs info {};
    if (::statfs(folder_.c_str(), &info) != 0) {
        return fail(error_from_errno(errno, "parameter snapshot: " + folder_.string()));
    }
    const bool shared = std::find(shared_types.begin(), shared_types.end(),
                                  static_cast<std::uint32_t>(info.f_type)) != shared_types.end();
    if (!shared && !local_allowed_) {
        return fail(ErrorKind::conflict,
                    fmt::format("parameter snapshot: {} is on a local file system; a state saved "
                                "there is poison once the guest ran elsewhere",
                                folder_.string()));
    }
    return {};
}

Result<std::filesystem::path> StateFile::take() const {
    return renamed(file_, ".taken");
}

Result<std::optional<std::filesystem::path>> StateFile::set_aside() const {
    auto aside = renamed(file_, ".stale");
    if (!aside && aside.error().kind == ErrorKind::not_found) {
        return std::nullopt;
    }
    return aside.map([](const auto& path) { return std::optional(path); });
}

void StateFile::remove() const {
    std::error_code ignored;
    std::filesystem::remove(file_, ignored);
}

} // namespace twinsite::vm
