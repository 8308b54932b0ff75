// A virtual machine as the hypervisor's daemon describes it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace twinsite::hypervisor {

/// Who a domain is. Two domains are the same when their UUIDs are; the name decides only where no
/// UUID is known.
struct DomainIdentity {
    std::string name;
    std::string uuid; ///< lower case with dashes; "" when it is not known

    friend bool operator==(const DomainIdentity&, const DomainIdentity&) = default;
};

/// Whether both are one domain, as far as what is known of them tells.
bool same_domain(const DomainIdentity& a, const DomainIdentity& b);

/// "NAME (UUID)" for messages.
std::string to_string(const DomainIdentity& identity);

enum class DomainState {
    running,
    paused,
    shutting_down, ///< the guest is on its way down
    shut_off,      ///< defined, and not active: positive evidence
    crashed,
    suspended, ///< the guest put itself to sleep (S3)
    unknown,   ///< a state this version does not know
};

enum class PauseReason {
    none,
    user,
    io_error,
    migration, ///< one end of a live migration; Job says which
    post_copy,
    post_copy_failed,
    starting,
    saving, ///< also snapshots and dumps
    guest_panicked,
    watchdog,
    other,
};

/// What the daemon does with the domain at the moment; silent: something that lets nobody ask.
enum class Job { none, migration_out, migration_in, saving, other, silent };

/// Where the memory of a running domain is that a post-copy migration brings here.
enum class Memory {
    here,
    /// Part of it is still on the other host. When the migration breaks now, qemu can hang on a
    /// page that never comes, and then libvirt does not learn that it broke (seen with qemu 7.2).
    arriving,
    lost, ///< the migration broke: part of it never came
};

std::string_view to_string(DomainState state);
std::string_view to_string(PauseReason reason);

struct DomainView {
    DomainIdentity identity;
    DomainState state = DomainState::unknown;
    PauseReason pause = PauseReason::none;
    Memory memory = Memory::here;
    /// Paused on its arrival by a migration whose end nobody has confirmed (Mark::in_migration).
    bool unconfirmed = false;
    /// Paused since a start created it, and never let go by that start (Mark::in_start).
    bool unstarted = false;
    Job job = Job::none; ///< looked up only for a domain that is paused by a migration or a save
    /// Why a domain is shut off or crashed, in a few words.
    std::string detail{};

    [[nodiscard]] bool active() const { return state != DomainState::shut_off; }
};

} // namespace twinsite::hypervisor
