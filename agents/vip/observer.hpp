// Looks at the node, and changes nothing.
#pragma once

#include "agents/vip/decide.hpp"

#include <twinsite/network/network.hpp>

#include <span>
#include <string>

namespace twinsite::vip {

class Observer {
public:
    Observer(network::Network& network, const RecordFile& record)
        : network_(network)
        , record_(record) {}

    /// Where WANTED is. Routes are looked at only when the interface, or (WITH_PREFIXES) a prefix
    /// length, follows from them.
    Result<Observation> addresses(std::span<const WantedAddress> wanted, const std::string& nic,
                                  bool with_prefixes) const;

    /// Where the default routes of INTERFACE lead.
    Result<std::vector<network::IpAddress>> gateways(unsigned interface) const;

    /// Those of WANTED that are missing.
    Result<std::vector<network::Route>> missing(const std::vector<network::Route>& wanted) const;
    Result<std::vector<network::Rule>> missing(const std::vector<network::Rule>& wanted) const;
    Result<std::vector<network::AddressLabel>>
    missing(const std::vector<network::AddressLabel>& wanted) const;

private:
    Result<network::Interface> find_interface(std::span<const WantedAddress> wanted,
                                              const std::string& nic,
                                              const Observation& seen) const;

    network::Network& network_;
    const RecordFile& record_;
};

} // namespace twinsite::vip
