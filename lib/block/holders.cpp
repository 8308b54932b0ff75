#include <twinsite/base/file.hpp>
#include <twinsite/base/text.hpp>
#include <twinsite/block/holders.hpp>

#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <algorithm>
#include <cctype>
#include <system_error>

namespace twinsite::block {

namespace {

namespace fs = std::filesystem;

template <typename Visit>
void each_entry(const fs::path& folder, Visit visit) {
    std::error_code gone;
    for (fs::directory_iterator entry(folder, gone), end; !gone && entry != end;
         entry.increment(gone)) {
        visit(entry->path());
    }
}

bool is_device(const fs::path& path, dev_t device) {
    struct stat info {};
    return ::stat(path.c_str(), &info) == 0 && S_ISBLK(info.st_mode) && info.st_rdev == device;
}

bool numeric(const std::string& name) {
    return !name.empty() && std::all_of(name.begin(), name.end(),
                                        [](unsigned char c) { return std::isdigit(c) != 0; });
}

void add_processes(std::vector<std::string>& found, const fs::path& proc, dev_t device) {
    each_entry(proc, [&](const fs::path& process) {
        const std::string pid = process.filename().string();
        if (!numeric(pid)) {
            return;
        }
        bool holds = false;
        each_entry(process / "fd",
                   [&](const fs::path& open) { holds = holds || is_device(open, device); });
        if (holds) {
            const auto name = read_file(process / "comm").value_or("?");
            found.push_back(fmt::format("{} (pid {})", printable(trim(name)), pid));
        }
    });
}

void add_mounts(std::vector<std::string>& found, const fs::path& proc, int major, int minor) {
    const auto mounts = read_file(proc / "self/mountinfo", 16UL * 1024UL * 1024UL).value_or("");
    const std::string number = fmt::format("{}:{}", major, minor);
    for (const std::string_view line : lines(mounts)) {
        const auto words = split(line);
        if (words.size() > 4 && words[2] == number) {
            found.push_back(fmt::format("mounted on {}", printable(words[4])));
        }
    }
}

/// Device mapper, md and the like take the device without a process.
void add_stacked(std::vector<std::string>& found, const fs::path& sys, int major, int minor) {
    each_entry(sys / fmt::format("dev/block/{}:{}/holders", major, minor),
               [&](const fs::path& holder) {
                   found.push_back(fmt::format("{} on top of it", holder.filename().string()));
               });
}

/// LIO opens its backstores inside the kernel.
void add_backstores(std::vector<std::string>& found, const fs::path& sys, dev_t device) {
    each_entry(sys / "kernel/config/target/core", [&](const fs::path& adapter) {
        each_entry(adapter, [&](const fs::path& store) {
            const auto path = read_file(store / "udev_path");
            if (path && is_device(std::string(trim(*path)), device)) {
                found.push_back(fmt::format("iSCSI backstore {}/{}", adapter.filename().string(),
                                            store.filename().string()));
            }
        });
    });
}

} // namespace

std::vector<std::string> holders(int major, int minor, const fs::path& root) {
    const dev_t device = makedev(static_cast<unsigned>(major), static_cast<unsigned>(minor));
    std::vector<std::string> found;
    add_processes(found, root / "proc", device);
    add_mounts(found, root / "proc", major, minor);
    add_stacked(found, root / "sys", major, minor);
    add_backstores(found, root / "sys", device);
    return found;
}

} // namespace twinsite::block
