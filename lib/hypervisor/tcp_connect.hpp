// A TCP connection with a deadline.
#pragma once

#include <twinsite/base/deadline.hpp>
#include <twinsite/base/handle.hpp>
#include <twinsite/base/result.hpp>
#include <twinsite/hypervisor/definition.hpp>

namespace twinsite::hypervisor {

/// The connected socket. Names are resolved by the system, within the deadline.
/// Errors: unreachable, timeout, not_found (the name).
Result<FileDescriptor> connect_to(const Host& host, Clock& clock, const Deadline& deadline);

} // namespace twinsite::hypervisor
