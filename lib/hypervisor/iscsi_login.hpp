// An iSCSI login as a guest would do it. libiscsi is loaded when it is first needed: a monitor,
// which needs no storage, does not pay for it.
#pragma once

#include <twinsite/base/deadline.hpp>
#include <twinsite/base/result.hpp>
#include <twinsite/hypervisor/definition.hpp>

#include <string>

namespace twinsite::hypervisor {

struct IscsiLun {
    Host portal;
    std::string target; ///< IQN
    int lun = 0;
    std::string initiator;
};

/// Log in, see that the LUN is ready, log out. Success without looking when libiscsi is not
/// installed. Errors: not_found (the target, or the LUN in it), permission, unreachable, timeout.
Status log_in(const IscsiLun& lun, Clock& clock, const Deadline& deadline);

} // namespace twinsite::hypervisor
