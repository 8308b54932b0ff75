#include "lib/hypervisor/libvirt_state.hpp"

#include "lib/hypervisor/libvirt_connection.hpp"
#include "lib/hypervisor/typed_parameters.hpp"

#include <libvirt/virterror.h>

namespace twinsite::hypervisor {

DomainState state_of(int state) {
    switch (state) {
    case VIR_DOMAIN_RUNNING:
    case VIR_DOMAIN_BLOCKED:
        return DomainState::running;
    case VIR_DOMAIN_PAUSED:
        return DomainState::paused;
    case VIR_DOMAIN_SHUTDOWN:
        return DomainState::shutting_down;
    case VIR_DOMAIN_SHUTOFF:
        return DomainState::shut_off;
    case VIR_DOMAIN_CRASHED:
        return DomainState::crashed;
    case VIR_DOMAIN_PMSUSPENDED:
        return DomainState::suspended;
    default:
        return DomainState::unknown;
    }
}

PauseReason pause_reason_of(int reason) {
    switch (reason) {
    case VIR_DOMAIN_PAUSED_USER:
        return PauseReason::user;
    case VIR_DOMAIN_PAUSED_IOERROR:
        return PauseReason::io_error;
    case VIR_DOMAIN_PAUSED_MIGRATION:
        return PauseReason::migration;
    case VIR_DOMAIN_PAUSED_POSTCOPY:
        return PauseReason::post_copy;
    case VIR_DOMAIN_PAUSED_POSTCOPY_FAILED:
        return PauseReason::post_copy_failed;
    case VIR_DOMAIN_PAUSED_STARTING_UP:
        return PauseReason::starting;
    case VIR_DOMAIN_PAUSED_SAVE:
    case VIR_DOMAIN_PAUSED_DUMP:
    case VIR_DOMAIN_PAUSED_SNAPSHOT:
    case VIR_DOMAIN_PAUSED_FROM_SNAPSHOT:
        return PauseReason::saving;
    case VIR_DOMAIN_PAUSED_CRASHED:
        return PauseReason::guest_panicked;
    case VIR_DOMAIN_PAUSED_WATCHDOG:
        return PauseReason::watchdog;
    default:
        return PauseReason::other;
    }
}

std::string shut_off_detail(int reason) {
    switch (reason) {
    case VIR_DOMAIN_SHUTOFF_SHUTDOWN:
        return "the guest shut itself down";
    case VIR_DOMAIN_SHUTOFF_DESTROYED:
        return "it was destroyed";
    case VIR_DOMAIN_SHUTOFF_CRASHED:
        return "it crashed";
    case VIR_DOMAIN_SHUTOFF_MIGRATED:
        return "it migrated away";
    case VIR_DOMAIN_SHUTOFF_SAVED:
        return "it was saved";
    case VIR_DOMAIN_SHUTOFF_FAILED:
        return "it failed to start";
    default:
        return "";
    }
}

Result<Job> job_of(virDomainPtr domain) {
    int type = VIR_DOMAIN_JOB_NONE;
    TypedParameters statistics;
    if (virDomainGetJobStats(domain, &type, statistics.out(), statistics.count(), 0) != 0) {
        // "migration statistics are available only on the source host" (qemu_driver.c,
        // qemuDomainGetJobStatsInternal): the receiving end of a migration refuses to tell.
        if (last_error_code() == VIR_ERR_OPERATION_INVALID) {
            return Job::migration_in;
        }
        return fail(last_error("job of the domain"));
    }
    if (type == VIR_DOMAIN_JOB_NONE) {
        return Job::none;
    }
    switch (statistics.integer(VIR_DOMAIN_JOB_OPERATION).value_or(-1)) {
    case VIR_DOMAIN_JOB_OPERATION_MIGRATION_IN:
        return Job::migration_in;
    case VIR_DOMAIN_JOB_OPERATION_MIGRATION_OUT:
        return Job::migration_out;
    case VIR_DOMAIN_JOB_OPERATION_SAVE:
    case VIR_DOMAIN_JOB_OPERATION_RESTORE:
    case VIR_DOMAIN_JOB_OPERATION_SNAPSHOT:
    case VIR_DOMAIN_JOB_OPERATION_DUMP:
        return Job::saving;
    default:
        return Job::other;
    }
}

} // namespace twinsite::hypervisor
