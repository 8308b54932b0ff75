// The virtual machine daemon of this host, at the level the agent thinks in.
#pragma once

#include <twinsite/base/deadline.hpp>
#include <twinsite/base/result.hpp>
#include <twinsite/hypervisor/domain.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace twinsite::hypervisor {

enum class ShutdownMode {
    agent,
    acpi,
    initctl,
    signal,
    paravirt,
    automatic, ///< by the driver's own choice; no parameter names it
};
std::string_view to_string(ShutdownMode mode);

enum class DestroyMode {
    gently, ///< the process is asked to end (SIGTERM) and may flush; it may refuse
    firmly, ///< SIGKILL when it does not
};

/// How to live-migrate. Absent values are the daemon's defaults.
struct MigrationRequest {
    std::string daemon_uri;    ///< of the target's daemon, as the source's daemon reaches it
    std::string migration_uri; ///< where memory goes; "" = the daemon chooses
    unsigned downtime_ms = 0;
    unsigned bandwidth_mib = 0;
    unsigned connections = 0; ///< parallel streams; 0 or 1 = one
    std::string compression{};
    bool tls = false;
    bool auto_converge = false;
    bool post_copy = false;
    /// It arrives paused (VIR_MIGRATE_PAUSED) and is resumed when this host has let go of it.
    /// Without, a connection that breaks in the last moment leaves it running on both hosts:
    /// libvirt resumes the source without knowing whether the target runs it (libvirt,
    /// qemu_migration.c, qemuMigrationSrcPerformPeer2Peer3: "ddomain could in fact be running on
    /// the dest").
    bool arrive_paused = false;
};

/// What is written into a live domain besides the resource's name.
enum class Mark {
    settled,
    /// A migration of it has begun. Whoever finds it paused with this mark must not resume it,
    /// unless the migration is known to have ended well: it may run on the other host.
    in_migration,
    /// A start created it and has not let it go yet. Whoever finds it paused with this mark must
    /// not resume it: that start was given up, and the guest may run on another host since.
    in_start,
};

struct MigrationProgress {
    std::uint64_t total_bytes = 0;
    std::uint64_t remaining_bytes = 0;
    std::uint64_t iteration = 0;
    bool post_copy = false; ///< it cannot be aborted any more
};

struct HostResources {
    std::uint64_t free_memory_kib = 0; ///< without swapping
};

/// One daemon. Every call returns at its deadline at the latest, also when the daemon hangs; then
/// the error is of kind timeout and the outcome of the call unknown. A daemon that does not answer
/// is unreachable, a library or driver that is not there not_installed.
class Hypervisor {
public:
    Hypervisor() = default;
    Hypervisor(const Hypervisor&) = delete;
    Hypervisor& operator=(const Hypervisor&) = delete;
    virtual ~Hypervisor() = default;

    /// nullopt is positive evidence: the daemon answered and knows no such domain.
    virtual Result<std::optional<DomainView>> find(const DomainIdentity& identity,
                                                   const Deadline& deadline) = 0;
    /// The active domain that was marked with this resource's name; see mark().
    virtual Result<std::optional<DomainView>> find_marked(std::string_view resource,
                                                          const Deadline& deadline) = 0;
    /// Write the resource's name into the live domain; it travels along with a migration.
    virtual Status mark(const DomainIdentity& identity, std::string_view resource, Mark mark,
                        const Deadline& deadline) = 0;

    /// Create a transient domain, paused and with Mark::in_start for the resource: a call that the
    /// daemon carries out long after its deadline runs nothing. resume() and mark() let it go. A
    /// driver that cannot create a domain paused starts it at once. Definitions of the same name
    /// and UUID stay as they are.
    virtual Status create(const std::string& xml, std::string_view resource,
                          const Deadline& deadline) = 0;
    virtual Status resume(const DomainIdentity& identity, const Deadline& deadline) = 0;
    virtual Status wake_up(const DomainIdentity& identity, const Deadline& deadline) = 0;
    /// Ask the guest to shut down. Success says only that the request was delivered.
    /// Error conflict: this guest cannot be asked this way.
    virtual Status request_shutdown(const DomainIdentity& identity, ShutdownMode mode,
                                    const Deadline& deadline) = 0;
    virtual Status destroy(const DomainIdentity& identity, DestroyMode mode,
                           const Deadline& deadline) = 0;
    /// Abort what the daemon is doing with the domain, e.g. a migration out of this host.
    virtual Status abort_job(const DomainIdentity& identity, const Deadline& deadline) = 0;
    /// What the daemon is doing with the domain.
    virtual Result<Job> job(const DomainIdentity& identity, const Deadline& deadline) = 0;

    virtual Result<HostResources> resources(const Deadline& deadline) = 0;
};

} // namespace twinsite::hypervisor
