#include "lib/hypervisor/bounded.hpp"
#include "lib/hypervisor/status_files.hpp"

#include <twinsite/base/file.hpp>
#include <twinsite/base/text.hpp>
#include <twinsite/hypervisor/guest_process.hpp>

#include <fmt/format.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <system_error>
#include <vector>

namespace twinsite::hypervisor {

namespace {

namespace fs = std::filesystem;

std::vector<std::string_view> arguments_of(std::string_view command_line) {
    std::vector<std::string_view> arguments;
    while (!command_line.empty()) {
        const auto end = command_line.find('\0');
        arguments.push_back(command_line.substr(0, end));
        if (end == std::string_view::npos) {
            break;
        }
        command_line.remove_prefix(end + 1);
    }
    return arguments;
}

/// qemu's -name is "guest=NAME,further=..." with commas in NAME doubled.
std::string_view guest_name(std::string_view value, std::string& storage) {
    if (!value.starts_with("guest=")) {
        return value.substr(0, value.find(','));
    }
    value.remove_prefix(6);
    for (std::size_t i = 0; i < value.size(); ++i) {
        if (value[i] == ',') {
            if (i + 1 >= value.size() || value[i + 1] != ',') {
                break;
            }
            ++i;
        }
        storage += value[i];
    }
    return storage;
}

/// The state letter stands behind the last ')' of /proc/PID/stat; the name before may hold any.
char state_in(const std::string& stat) {
    const auto close = stat.rfind(')');
    return close == std::string::npos || close + 2 >= stat.size() ? '?' : stat[close + 2];
}

bool gone(const Error& error) {
    return error.kind == ErrorKind::not_found ||
           error.message.find("No such process") != std::string::npos;
}

class ProcessFolder {
public:
    ProcessFolder(const fs::path& proc, pid_t pid)
        : pid_(pid)
        , folder_(proc / std::to_string(pid)) {}

    /// The process, when it is this guest.
    [[nodiscard]] Result<std::optional<GuestProcess>> match(const DomainIdentity& identity) const {
        const auto command_line = read_file(folder_ / "cmdline");
        if (!command_line) {
            return absent_or(command_line.error());
        }
        if (!command_line->empty() && !is_guest(*command_line, identity)) {
            return std::nullopt;
        }
        const auto stat = read_file(folder_ / "stat");
        if (!stat) {
            return absent_or(stat.error());
        }
        if (command_line->empty() && state_in(*stat) == 'Z') {
            return match_threads(identity);
        }
        if (!is_guest(*command_line, identity)) {
            return std::nullopt;
        }
        return GuestProcess{pid_, state_in(*stat)};
    }

private:
    /// A killed process whose other threads hang in the kernel may still write to its disks.
    [[nodiscard]] Result<std::optional<GuestProcess>>
    match_threads(const DomainIdentity& identity) const {
        std::error_code error;
        for (fs::directory_iterator entry(folder_ / "task", error);
             !error && entry != fs::directory_iterator(); entry.increment(error)) {
            const auto command_line = read_file(entry->path() / "cmdline");
            if (command_line && is_guest(*command_line, identity)) {
                return GuestProcess{pid_, 'D'};
            }
        }
        return std::nullopt;
    }

    static Result<std::optional<GuestProcess>> absent_or(const Error& error) {
        if (gone(error)) {
            return std::nullopt;
        }
        return fail(error);
    }

    pid_t pid_;
    fs::path folder_;
};

/// A guest of any name, as libvirt starts it.
bool is_some_guest(std::string_view command_line) {
    const auto arguments = arguments_of(command_line);
    for (std::size_t i = 0; i + 1 < arguments.size(); ++i) {
        if (arguments[i] == "-name" && arguments[i + 1].starts_with("guest=")) {
            return true;
        }
    }
    return false;
}

/// A dead leader has no command line any more, but its threads may hang in the kernel.
Result<bool> holds_some_guest(const fs::path& process) {
    const auto command_line = read_file(process / "cmdline");
    if (!command_line) {
        return gone(command_line.error()) ? Result<bool>(false) : fail(command_line.error());
    }
    if (!command_line->empty()) {
        return is_some_guest(*command_line);
    }
    std::error_code error;
    for (fs::directory_iterator entry(process / "task", error);
         !error && entry != fs::directory_iterator(); entry.increment(error)) {
        if (is_some_guest(read_file(entry->path() / "cmdline").value_or(""))) {
            return true;
        }
    }
    return false;
}

/// The guests of a container are those of the daemon in there.
bool is_in_a_container(const fs::path& proc, const fs::path& process) {
    std::error_code error;
    const auto ours = fs::read_symlink(proc / "self/ns/pid", error);
    const auto its = error ? ours : fs::read_symlink(process / "ns/pid", error);
    return !error && its != ours;
}

std::optional<pid_t> pid_in(const std::string& text) {
    const auto number = parse_integer(trim(text), 2, INT32_MAX);
    return number ? std::optional(static_cast<pid_t>(*number)) : std::nullopt;
}

using Found = std::optional<GuestProcess>;

Result<Found> named_by(const fs::path& pid_file, const fs::path& proc,
                       const DomainIdentity& identity) {
    const auto text = read_file(pid_file, 64);
    const auto pid = text ? pid_in(*text) : std::nullopt;
    return pid ? ProcessFolder(proc, *pid).match(identity) : Result<Found>(std::nullopt);
}

Result<Found> among_all(const fs::path& proc, const DomainIdentity& identity) {
    std::error_code error;
    fs::directory_iterator entry(proc, error);
    for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
        const auto pid = pid_in(entry->path().filename().string());
        if (!pid) {
            continue;
        }
        auto found = ProcessFolder(proc, *pid).match(identity);
        if (!found || *found) {
            return found;
        }
    }
    if (error) {
        return fail(error_from_errno(error.value(), proc.string()));
    }
    return std::nullopt;
}

Status signal_process(const fs::path& proc, pid_t pid, const DomainIdentity& identity,
                      KillMode mode) {
    // A handle first, then a second look through it: the number may belong to another by now.
    const FileDescriptor handle(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0)));
    if (!handle.valid()) {
        if (errno == ESRCH) {
            return {};
        }
        return fail(error_from_errno(errno, fmt::format("process {}", pid)));
    }
    const auto again = ProcessFolder(proc, pid).match(identity);
    if (!again) {
        return fail(again.error());
    }
    const int number = mode == KillMode::kill ? SIGKILL : SIGTERM;
    if (*again && ::syscall(SYS_pidfd_send_signal, handle.get(), number, nullptr, 0) != 0 &&
        errno != ESRCH) {
        return fail(error_from_errno(errno, fmt::format("signal to process {}", pid)));
    }
    return {};
}

Result<bool> holds_any_guest(const fs::path& proc) {
    std::error_code error;
    fs::directory_iterator entry(proc, error);
    for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
        if (!pid_in(entry->path().filename().string())) {
            continue;
        }
        auto guest = holds_some_guest(entry->path());
        if (!guest) {
            return guest;
        }
        if (*guest && !is_in_a_container(proc, entry->path())) {
            return true;
        }
    }
    if (error) {
        return fail(error_from_errno(error.value(), proc.string()));
    }
    return false;
}

} // namespace

bool is_guest(std::string_view command_line, const DomainIdentity& identity) {
    bool same_name = false;
    const auto arguments = arguments_of(command_line);
    for (std::size_t i = 0; i + 1 < arguments.size(); ++i) {
        if (arguments[i] == "-uuid" && !identity.uuid.empty()) {
            return to_lower(arguments[i + 1]) == identity.uuid;
        }
        if (arguments[i] == "-name") {
            std::string storage;
            same_name = guest_name(arguments[i + 1], storage) == identity.name;
        }
    }
    return same_name;
}

// What hangs in the kernel may hold its command line locked: each look has its time.

std::optional<GuestProcess> QemuProcesses::glance(const DomainIdentity& identity) {
    return bounded_by_files<Found>(proc_.string(),
                                   [proc = proc_, pid_file = pid_file_of(identity), identity] {
                                       return named_by(pid_file, proc, identity);
                                   })
        .value_or(std::nullopt);
}

Result<std::optional<GuestProcess>> QemuProcesses::find(const DomainIdentity& identity) {
    // The pid file is the short way; only a look at every process proves that there is none.
    if (auto found = glance(identity); found) {
        return found;
    }
    return bounded_by_files<Found>(proc_.string(),
                                   [proc = proc_, identity] { return among_all(proc, identity); });
}

Status QemuProcesses::signal(const DomainIdentity& identity, KillMode mode) {
    const auto found = find(identity);
    if (!found) {
        return fail(found.error());
    }
    if (!*found) {
        return {};
    }
    return bounded_by_files<void>(proc_.string(),
                                  [proc = proc_, pid = (*found)->pid, identity, mode] {
                                      return signal_process(proc, pid, identity, mode);
                                  });
}

Result<bool> QemuProcesses::any() {
    return bounded_by_files<bool>(proc_.string(), [proc = proc_] { return holds_any_guest(proc); });
}

std::filesystem::path QemuProcesses::pid_file_of(const DomainIdentity& identity) const {
    return pid_files_ / (identity.name + ".pid");
}

std::optional<DomainIdentity> QemuProcesses::find_marked(std::string_view resource) {
    return marked_in_status_files(pid_files_, resource);
}

Result<std::optional<GuestProcess>> NoGuestProcesses::find(const DomainIdentity&) {
    return fail(ErrorKind::not_installed, "guests of this driver are no processes of this host");
}

std::optional<GuestProcess> NoGuestProcesses::glance(const DomainIdentity&) {
    return std::nullopt;
}

Result<bool> NoGuestProcesses::any() {
    return fail(ErrorKind::not_installed, "guests of this driver are no processes of this host");
}

std::optional<DomainIdentity> NoGuestProcesses::find_marked(std::string_view) {
    return std::nullopt;
}

Status NoGuestProcesses::signal(const DomainIdentity&, KillMode) {
    return fail(ErrorKind::not_installed, "guests of this driver are no processes of this host");
}

} // namespace twinsite::hypervisor
