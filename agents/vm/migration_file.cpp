#include "agents/vm/migration_file.hpp"

#include "agents/vm/resource_identity.hpp"

#include <twinsite/base/file.hpp>

#include <fmt/format.h>
#include <sys/stat.h>

#include <system_error>

namespace twinsite::vm {

MigrationFile::MigrationFile(const std::filesystem::path& folder, std::string_view resource)
    : file_(folder / file_name(resource, "migrating")) {}

bool MigrationFile::exists() const {
    std::error_code error;
    return std::filesystem::exists(file_, error);
}

Result<FileDescriptor> MigrationFile::hold() const {
    std::error_code ignored;
    std::filesystem::create_directories(file_.parent_path(), ignored);
    auto lock = try_lock_file(file_);
    if (!lock) {
        return lock;
    }
    // Between the opening and the lock its last holder may have removed it.
    struct stat held {};
    struct stat named {};
    if (::fstat(lock->get(), &held) != 0 || ::stat(file_.c_str(), &named) != 0 ||
        held.st_ino != named.st_ino) {
        return fail(ErrorKind::conflict, fmt::format("{} was just removed", file_.string()));
    }
    return lock;
}

void MigrationFile::remove() const {
    std::error_code ignored;
    std::filesystem::remove(file_, ignored);
}

} // namespace twinsite::vm
