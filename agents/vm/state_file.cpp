#include "agents/vm/state_file.hpp"

#include "lib/hypervisor/bounded.hpp"

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

using Path = std::filesystem::path;

Result<Path> renamed(const Path& file, const char* ending) {
    return hypervisor::bounded_by_files<Path>(file.string(), [file, ending]() -> Result<Path> {
        Path path = file.string() + ending;
        std::error_code error;
        std::filesystem::rename(file, path, error);
        if (error) {
            return fail(error_from_errno(error.value(), file.string()));
        }
        return path;
    });
}

Result<std::uint32_t> file_system_type(const Path& folder) {
    using Type = std::uint32_t;
    return hypervisor::bounded_by_files<Type>(folder.string(), [folder]() -> Result<Type> {
        struct statfs info {};
        if (::statfs(folder.c_str(), &info) != 0) {
            return fail(error_from_errno(errno, folder.string()));
        }
        return static_cast<Type>(info.f_type);
    });
}

void remove_in_time(const Path& file) {
    const auto removed = hypervisor::bounded_by_files<void>(file.string(), [file]() -> Status {
        std::error_code ignored;
        std::filesystem::remove(file, ignored);
        return {};
    });
    static_cast<void>(removed); // a state that is taken or half is never restored anyway
}

} // namespace

Result<bool> StateFile::exists() const {
    return hypervisor::bounded_by_files<bool>(file_.string(), [file = file_]() -> Result<bool> {
        std::error_code error;
        const bool there = std::filesystem::exists(file, error);
        return error ? fail(error_from_errno(error.value(), file.string())) : Result<bool>(there);
    });
}

Status StateFile::usable() const {
    const auto type = file_system_type(folder_);
    if (!type) {
        return fail(type.error().in("parameter snapshot"));
    }
    const bool shared =
        std::find(shared_types.begin(), shared_types.end(), *type) != shared_types.end();
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
    remove_in_time(file_);
}

void StateFile::forget(const std::filesystem::path& taken) {
    remove_in_time(taken);
}

} // namespace twinsite::vm
