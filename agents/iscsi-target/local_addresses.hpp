// Which addresses this node has: LIO opens a portal on one that is not there, and nobody connects.
#pragma once

#include <twinsite/target/specification.hpp>

#include <set>
#include <string>
#include <vector>

namespace twinsite::iscsi_target {

class LocalAddresses {
public:
    LocalAddresses() = default;
    LocalAddresses(const LocalAddresses&) = delete;
    LocalAddresses& operator=(const LocalAddresses&) = delete;
    virtual ~LocalAddresses() = default;

    /// In their shortest form.
    virtual Result<std::set<std::string>> all() = 0;
};

/// Of every interface in this network namespace: getifaddrs(3).
class SystemLocalAddresses final : public LocalAddresses {
public:
    Result<std::set<std::string>> all() override;
};

/// Those of PORTALS whose address is not among ADDRESSES. Wildcards and 127.0.0.0/8 always are.
std::vector<target::Portal> absent_portals(const std::vector<target::Portal>& portals,
                                           const std::set<std::string>& addresses);

} // namespace twinsite::iscsi_target
