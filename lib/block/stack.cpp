#include <twinsite/base/text.hpp>
#include <twinsite/block/stack.hpp>

#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

namespace twinsite::block {

namespace {

/// More than any real stack has; ends a circle that sysfs should not have.
constexpr std::size_t most = 256;

void add(const std::filesystem::path& folder, std::vector<std::string>& names) {
    std::error_code failed;
    const auto device = std::filesystem::canonical(folder, failed);
    const std::string name = device.filename().string();
    if (failed || names.size() >= most ||
        std::find(names.begin(), names.end(), name) != names.end()) {
        return;
    }
    names.push_back(name);
    for (const auto& slave : std::filesystem::directory_iterator(device / "slaves", failed)) {
        add(slave.path(), names);
    }
    if (std::filesystem::exists(device / "partition", failed)) {
        add(device.parent_path(), names);
    }
}

} // namespace

Result<std::string> device_number(const std::filesystem::path& path) {
    struct stat facts {};
    if (::stat(path.c_str(), &facts) != 0) {
        return fail(error_from_errno(errno, path.string()));
    }
    const dev_t device = S_ISBLK(facts.st_mode) ? facts.st_rdev : facts.st_dev;
    return fmt::format("{}:{}", major(device), minor(device));
}

std::vector<std::string> stack_of(const std::string& number, const std::filesystem::path& sys) {
    std::vector<std::string> names;
    add(sys / "dev/block" / number, names);
    return names;
}

} // namespace twinsite::block
