// ocf:twinsite:vip: an address that answers on one node only.
#pragma once

#include "agents/vip/decide.hpp"
#include "agents/vip/record.hpp"
#include "agents/vip/settings.hpp"
#include "ocf/agent.hpp"

#include <twinsite/network/network.hpp>
#include <twinsite/network/segment.hpp>

namespace twinsite::vip {

class VipAgent {
public:
    VipAgent(const ocf::Request& request, network::Network& network, network::Segment& segment,
             RecordFile record, Clock& clock)
        : request_(request)
        , network_(network)
        , segment_(segment)
        , record_(std::move(record))
        , clock_(clock) {}

    ocf::Outcome start();
    ocf::Outcome stop();
    ocf::Outcome monitor();
    ocf::Outcome validate();

private:
    using Addresses = std::vector<network::AssignedAddress>;

    /// Routes are looked at only when the interface, or (WITH_PREFIXES) a prefix, follows from
    /// them.
    Result<Observation> observe(std::span<const WantedAddress> wanted, const std::string& nic,
                                bool with_prefixes);
    Result<network::Interface> find_interface(std::span<const WantedAddress> wanted,
                                              const std::string& nic, const Observation& seen);

    Status take(const Settings& settings, const Observation& seen, const Assessment& before);
    Result<network::Interface> working_link(const Settings& settings, network::Interface interface);
    Status ask_segment(const Settings& settings, const network::Interface& interface,
                       const Addresses& missing);
    Status add(const Addresses& missing);
    void announce(const network::Interface& interface, std::span<const WantedAddress> addresses);

    Result<Addresses> ours_to_remove();
    ocf::Outcome report_stopped(const Observation& seen, const Assessment& assessment);

    const ocf::Request& request_;
    network::Network& network_;
    network::Segment& segment_;
    RecordFile record_;
    Clock& clock_;
};

} // namespace twinsite::vip
