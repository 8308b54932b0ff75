// libvirt's numbers for states, in our words.
#pragma once

#include <twinsite/base/result.hpp>
#include <twinsite/hypervisor/domain.hpp>

#include <libvirt/libvirt.h>

namespace twinsite::hypervisor {

DomainState state_of(int state);
PauseReason pause_reason_of(int reason);
/// In a few words, for a domain that is shut off or crashed.
std::string shut_off_detail(int reason);

/// What the daemon does with the domain.
Result<Job> job_of(virDomainPtr domain);

} // namespace twinsite::hypervisor
