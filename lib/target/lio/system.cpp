// The kernel's side of LIO: modules, configfs, and what a backing path is.
#include <twinsite/base/file.hpp>
#include <twinsite/base/handle.hpp>
#include <twinsite/base/text.hpp>
#include <twinsite/block/holders.hpp>
#include <twinsite/log/log.hpp>
#include <twinsite/target/lio.hpp>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/utsname.h>

#include <array>
#include <cerrno>
#include <filesystem>

namespace twinsite::target {

namespace {

constexpr const char* configfs_mount = "/sys/kernel/config";

bool is_there(const std::filesystem::path& path) {
    std::error_code error;
    return std::filesystem::exists(path, error);
}

/// Built into the kernel, a module shows no folder here until it has parameters, but its
/// configuration tree does.
bool core_is_loaded() {
    return is_there("/sys/module/target_core_mod");
}

/// LIO writes a file there with every PERSISTENT RESERVE OUT and refuses the command when it cannot
/// (drivers/target/target_core_pr.c, __core_scsi3_write_aptpl_to_file). targetcli makes the folder.
void make_reservations_folder() {
    const auto root = read_file(std::filesystem::path(lio_root) / "dbroot", 4096);
    const std::filesystem::path folder =
        std::filesystem::path(root ? trim(*root) : std::string_view("/var/target")) / "pr";
    std::error_code failed;
    if (is_there(folder)) {
        return;
    }
    std::filesystem::create_directories(folder, failed);
    if (!failed) {
        std::filesystem::permissions(folder, std::filesystem::perms::owner_all, failed);
    }
    if (failed) {
        log::warning("{}: {}: initiators cannot make persistent reservations", folder.string(),
                     failed.message());
    }
}

} // namespace

Result<Backing> SystemBackingInspector::inspect(const std::string& path) {
    struct stat info {};
    if (::stat(path.c_str(), &info) != 0) {
        return fail(error_from_errno(errno, path));
    }
    if (S_ISBLK(info.st_mode)) {
        return Backing{.kind = Backing::Kind::block,
                       .device_number =
                           fmt::format("{}:{}", major(info.st_rdev), minor(info.st_rdev))};
    }
    if (S_ISREG(info.st_mode)) {
        return Backing{.kind = Backing::Kind::file,
                       .bytes = static_cast<std::uint64_t>(info.st_size),
                       .inode = fmt::format("{}:{}", info.st_dev, info.st_ino)};
    }
    return fail(ErrorKind::conflict,
                fmt::format("{} is neither a block device nor a regular file", path));
}

Status SystemBackingInspector::check_free(const std::string& path) {
    // O_EXCL without O_CREAT: open(2), block devices. Read-only, so that udev does not look again.
    const FileDescriptor device(::open(path.c_str(), O_RDONLY | O_EXCL | O_NONBLOCK | O_CLOEXEC));
    if (!device.valid() && errno == EBUSY) {
        return fail(error_from_errno(errno, path));
    }
    return {};
}

std::vector<std::string> SystemBackingInspector::holders(const std::string& path) {
    struct stat info {};
    if (::stat(path.c_str(), &info) != 0 || !S_ISBLK(info.st_mode)) {
        return {};
    }
    return block::holders(static_cast<int>(major(info.st_rdev)),
                          static_cast<int>(minor(info.st_rdev)));
}

bool same_storage(const Backing& a, const Backing& b) {
    return a.kind == b.kind && a.device_number == b.device_number && a.inode == b.inode;
}

bool kernel_offers_lio() {
    if (core_is_loaded() || is_there(lio_root)) {
        return true;
    }
    utsname kernel{};
    if (::uname(&kernel) != 0) {
        return false;
    }
    const std::filesystem::path modules =
        std::filesystem::path("/lib/modules") / static_cast<const char*>(kernel.release);
    for (const char* list : {"modules.dep", "modules.builtin"}) {
        // The list is a megabyte or two on a big kernel.
        const auto text = read_file(modules / list, 32UL * 1024UL * 1024UL);
        if (text && text->find("/iscsi_target_mod.ko") != std::string::npos) {
            return true;
        }
    }
    return false;
}

LioState SystemLioSupport::state() {
    if (is_there(std::filesystem::path(lio_root) / "core")) {
        return LioState::ready;
    }
    return core_is_loaded() ? LioState::hidden : LioState::absent;
}

Status SystemLioSupport::reveal() {
    if (is_there(lio_root)) {
        return {};
    }
    if (::mount("configfs", configfs_mount, "configfs", MS_NOSUID | MS_NODEV | MS_NOEXEC,
                nullptr) != 0 &&
        errno != EBUSY) {
        return fail(
            error_from_errno(errno, fmt::format("mounting configfs on {}", configfs_mount)));
    }
    if (!is_there(lio_root)) {
        return fail(ErrorKind::unreachable,
                    fmt::format("{} does not appear though LIO is loaded", lio_root));
    }
    return {};
}

Status SystemLioSupport::prepare() {
    // Once the fabric's folder is there, both modules are.
    if (!is_there(std::filesystem::path(lio_root) / "iscsi")) {
        const std::array<const char*, 2> modules{"target_core_mod", "iscsi_target_mod"};
        for (const char* name : modules) {
            if (is_there(std::filesystem::path("/sys/module") / name)) {
                continue;
            }
            const auto loaded = runner_.run(
                {.argv = {"modprobe", name}, .input = {}, .environment = {}}, deadline_);
            if (!loaded) {
                return fail(loaded.error());
            }
            if (!loaded->ok()) {
                return fail(ErrorKind::not_installed,
                            fmt::format("kernel module {} cannot be loaded: {}", name,
                                        loaded->complaint()));
            }
        }
    }
    Status revealed = reveal();
    if (revealed) {
        make_reservations_folder();
    }
    return revealed;
}

} // namespace twinsite::target
