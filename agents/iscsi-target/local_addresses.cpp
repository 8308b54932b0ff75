#include "agents/iscsi-target/local_addresses.hpp"

#include <twinsite/base/handle.hpp>

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <netinet/in.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace twinsite::iscsi_target {

Result<std::set<std::string>> SystemLocalAddresses::all() {
    ifaddrs* first = nullptr;
    if (::getifaddrs(&first) != 0) {
        return fail(error_from_errno(errno, "getifaddrs"));
    }
    const CHandle<ifaddrs, ::freeifaddrs> owner(first);
    std::set<std::string> addresses;
    for (const ifaddrs* one = first; one != nullptr; one = one->ifa_next) {
        if (one->ifa_addr == nullptr) {
            continue;
        }
        const int family = one->ifa_addr->sa_family;
        std::array<char, INET6_ADDRSTRLEN> text{};
        const void* address = nullptr;
        if (family == AF_INET) {
            address = &reinterpret_cast<const sockaddr_in*>(one->ifa_addr)->sin_addr;
        } else if (family == AF_INET6) {
            address = &reinterpret_cast<const sockaddr_in6*>(one->ifa_addr)->sin6_addr;
        }
        if (address != nullptr &&
            ::inet_ntop(family, address, text.data(), text.size()) != nullptr) {
            addresses.emplace(text.data());
        }
    }
    return addresses;
}

std::vector<target::Portal> absent_portals(const std::vector<target::Portal>& portals,
                                           const std::set<std::string>& addresses) {
    std::vector<target::Portal> absent;
    std::copy_if(portals.begin(), portals.end(), std::back_inserter(absent),
                 [&](const target::Portal& portal) {
                     const bool always = portal.address == "0.0.0.0" || portal.address == "::" ||
                                         portal.address.starts_with("127.");
                     return !always && !addresses.contains(portal.address);
                 });
    return absent;
}

} // namespace twinsite::iscsi_target
