// Live migration out of this host.
#pragma once

#include <twinsite/hypervisor/definition.hpp>
#include <twinsite/hypervisor/hypervisor.hpp>

#include <functional>

namespace twinsite::hypervisor {

enum class Fit { yes, no, unknown };

/// What the target's daemon says about taking a guest.
struct TargetView {
    bool already_active = false; ///< a domain of this UUID or name is active there
    std::string active_name{};
    std::uint64_t free_memory_kib = 0; ///< 0: it did not say
    std::vector<std::string> missing_networks{};
    std::vector<std::string> missing_bridges{};
    Fit cpu = Fit::unknown;
};

class Migrator {
public:
    Migrator() = default;
    Migrator(const Migrator&) = delete;
    Migrator& operator=(const Migrator&) = delete;
    virtual ~Migrator() = default;

    /// Ask the target's daemon. Error unreachable or timeout when it does not answer.
    virtual Result<TargetView> inspect_target(const std::string& daemon_uri,
                                              const Definition& definition,
                                              const Deadline& deadline) = 0;

    using OnProgress = std::function<void(const MigrationProgress&)>;
    /// Migrate live, this host's daemon talking to the target's. At the deadline the migration is
    /// aborted, and the guest stays here; the call returns after the abort was confirmed, or, with
    /// kind timeout, when ABORT_PATIENCE after the deadline it was not. A guest that was to arrive
    /// paused is then resumed at the target, if the target's daemon can be asked.
    virtual Status migrate(const DomainIdentity& identity, const MigrationRequest& request,
                           const OnProgress& progress, const Deadline& deadline) = 0;
};

} // namespace twinsite::hypervisor
