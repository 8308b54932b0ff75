// What the parts of the adapter share.
#pragma once

#include "lib/hypervisor/libvirt_connection.hpp"

#include <twinsite/hypervisor/libvirt.hpp>

#include <functional>
#include <string>
#include <utility>

namespace twinsite::hypervisor {

class Libvirt::Implementation {
public:
    Implementation(std::string uri, Clock& clock)
        : connection(std::move(uri), clock) {}

    /// One call on one domain; FUNCTION returns what libvirt does: negative is a failure.
    Status act(const DomainIdentity& identity, const Deadline& deadline, const std::string& what,
               const std::function<int(virDomainPtr)>& function) {
        return connection.call<void>(deadline,
                                     [identity, what, function](virConnectPtr open) -> Status {
                                         const auto domain = look_up(open, identity);
                                         if (!domain) {
                                             return fail(domain.error());
                                         }
                                         if (function(domain->get()) < 0) {
                                             return fail(last_error(what));
                                         }
                                         return {};
                                     });
    }

    LibvirtConnection connection;
};

} // namespace twinsite::hypervisor
