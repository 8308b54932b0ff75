#include <twinsite/hypervisor/domain.hpp>
#include <twinsite/hypervisor/hypervisor.hpp>

#include <fmt/format.h>

namespace twinsite::hypervisor {

bool same_domain(const DomainIdentity& a, const DomainIdentity& b) {
    const bool uuids = !a.uuid.empty() && !b.uuid.empty();
    return uuids ? a.uuid == b.uuid : a.name == b.name;
}

std::string to_string(const DomainIdentity& identity) {
    return identity.uuid.empty() ? identity.name
                                 : fmt::format("{} ({})", identity.name, identity.uuid);
}

std::string_view to_string(DomainState state) {
    switch (state) {
    case DomainState::running:
        return "running";
    case DomainState::paused:
        return "paused";
    case DomainState::shutting_down:
        return "shutting down";
    case DomainState::shut_off:
        return "shut off";
    case DomainState::crashed:
        return "crashed";
    case DomainState::suspended:
        return "suspended by the guest";
    case DomainState::unknown:
        return "in an unknown state";
    }
    return "in an unknown state";
}

std::string_view to_string(PauseReason reason) {
    switch (reason) {
    case PauseReason::none:
        return "no reason";
    case PauseReason::user:
        return "an administrator";
    case PauseReason::io_error:
        return "an I/O error";
    case PauseReason::migration:
        return "a migration";
    case PauseReason::post_copy:
        return "a post-copy migration";
    case PauseReason::post_copy_failed:
        return "a post-copy migration that failed";
    case PauseReason::starting:
        return "its start";
    case PauseReason::saving:
        return "a save, snapshot or dump";
    case PauseReason::guest_panicked:
        return "a panic of the guest's kernel";
    case PauseReason::watchdog:
        return "its watchdog";
    case PauseReason::other:
        return "an unknown reason";
    }
    return "an unknown reason";
}

std::string_view to_string(ShutdownMode mode) {
    switch (mode) {
    case ShutdownMode::agent:
        return "agent";
    case ShutdownMode::acpi:
        return "acpi";
    case ShutdownMode::initctl:
        return "initctl";
    case ShutdownMode::signal:
        return "signal";
    case ShutdownMode::paravirt:
        return "paravirt";
    case ShutdownMode::automatic:
        return "libvirt's own choice";
    }
    return "acpi";
}

} // namespace twinsite::hypervisor
