// The TCP connections of one local address.
#pragma once

#include <twinsite/base/result.hpp>
#include <twinsite/network/ip_address.hpp>

namespace twinsite::network {

/// Resets every connection whose local address is LOCAL: both ends learn it at once. Listening
/// sockets stay. Returns how many were reset.
/// Errors: permission without CAP_NET_ADMIN; not_installed when the kernel cannot do it
/// (CONFIG_INET_DIAG_DESTROY).
Result<unsigned> reset_connections(const IpAddress& local);

} // namespace twinsite::network
