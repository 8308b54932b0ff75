// The process that is the guest, found without the daemon: the evidence that is left when the
// daemon hangs or died.
#pragma once

#include <twinsite/base/result.hpp>
#include <twinsite/hypervisor/domain.hpp>

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string_view>
#include <utility>

namespace twinsite::hypervisor {

struct GuestProcess {
    pid_t pid = -1;
    char state = '?'; ///< as in proc(5): R, S, D, T, Z, ...

    /// Stopped by a signal or a debugger: it is there, and the guest stands still.
    [[nodiscard]] bool stopped() const { return state == 'T' || state == 't'; }
};

enum class KillMode { terminate, kill };

class GuestProcesses {
public:
    GuestProcesses() = default;
    GuestProcesses(const GuestProcesses&) = delete;
    GuestProcesses& operator=(const GuestProcesses&) = delete;
    virtual ~GuestProcesses() = default;

    /// nullopt is positive evidence: every process of this host was looked at, none is this guest.
    /// Errors: not_installed when this kind of guest has no process one could look for; timeout
    /// when a process does not let itself be looked at within seconds.
    virtual Result<std::optional<GuestProcess>> find(const DomainIdentity& identity) = 0;
    /// Only a short look at the usual place: nullopt proves nothing.
    virtual std::optional<GuestProcess> glance(const DomainIdentity& identity) = 0;
    /// Signal the guest's process; success when there is none.
    virtual Status signal(const DomainIdentity& identity, KillMode mode) = 0;
    /// Whether this host has any guest at all. Errors as find().
    virtual Result<bool> any() = 0;
    /// The domain that the daemon's files about its active domains say is marked with this resource
    /// (Hypervisor::mark). Nullopt proves nothing, and the domain may be gone.
    virtual std::optional<DomainIdentity> find_marked(std::string_view resource) = 0;
};

/// qemu processes as libvirt starts them: its pid file names the process, the process's own
/// arguments (-uuid, -name guest=) prove it.
class QemuProcesses final : public GuestProcesses {
public:
    explicit QemuProcesses(std::filesystem::path pid_files = "/run/libvirt/qemu",
                           std::filesystem::path proc = "/proc")
        : pid_files_(std::move(pid_files))
        , proc_(std::move(proc)) {}

    Result<std::optional<GuestProcess>> find(const DomainIdentity& identity) override;
    std::optional<GuestProcess> glance(const DomainIdentity& identity) override;
    Status signal(const DomainIdentity& identity, KillMode mode) override;
    Result<bool> any() override;
    std::optional<DomainIdentity> find_marked(std::string_view resource) override;

private:
    [[nodiscard]] std::filesystem::path pid_file_of(const DomainIdentity& identity) const;

    std::filesystem::path pid_files_;
    std::filesystem::path proc_;
};

/// For drivers whose guests are no processes of this host.
class NoGuestProcesses final : public GuestProcesses {
public:
    Result<std::optional<GuestProcess>> find(const DomainIdentity& identity) override;
    std::optional<GuestProcess> glance(const DomainIdentity& identity) override;
    Status signal(const DomainIdentity& identity, KillMode mode) override;
    Result<bool> any() override;
    std::optional<DomainIdentity> find_marked(std::string_view resource) override;
};

/// Whether a process with these arguments (NUL-separated, as in /proc/PID/cmdline) is this guest.
bool is_guest(std::string_view command_line, const DomainIdentity& identity);

} // namespace twinsite::hypervisor
