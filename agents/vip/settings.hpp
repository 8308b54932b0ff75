// The agent's parameters as values, checked without looking at the node.
#pragma once

#include "ocf/request.hpp"

#include <twinsite/base/result.hpp>
#include <twinsite/network/network.hpp>
#include <twinsite/network/segment.hpp>

#include <optional>
#include <string>
#include <vector>

namespace twinsite::vip {

struct WantedAddress {
    network::IpAddress address;
    std::optional<unsigned> prefix; ///< none: that of the route to the address

    friend bool operator==(const WantedAddress&, const WantedAddress&) = default;
};

/// A route that comes and goes with the addresses.
struct WantedRoute {
    network::IpAddress destination;
    unsigned prefix = 0;
    std::optional<network::IpAddress> gateway{};
    std::uint32_t metric = 0;
    std::uint32_t table = network::main_table;

    friend bool operator==(const WantedRoute&, const WantedRoute&) = default;
};

enum class Broadcast { all_ones, all_zeros, none, given };

struct Settings {
    std::vector<WantedAddress> addresses;
    std::string nic;   ///< "" = found from the route to the first address
    std::string label; ///< without the interface's name
    Broadcast broadcast = Broadcast::all_ones;
    network::IpAddress broadcast_address; ///< when given
    std::uint32_t preferred_lifetime = network::lifetime_forever;
    bool no_prefix_route = false;
    bool no_dad = false; ///< ask no one before an IPv6 address is used
    network::ProbePlan probe;
    unsigned announcements = 5;
    Milliseconds announcement_interval{200};
    bool announce_in_background = true;
    unsigned refresh_announcements = 0; ///< in each monitor
    bool check_link = true;
    bool watch = true;                     ///< for others that use the address
    bool conflict_fails = false;           ///< a conflict seen is a failure, not a warning
    std::vector<network::IpAddress> peers; ///< one of them must answer a deep monitor
    std::vector<WantedRoute> routes;
    std::optional<std::uint32_t> rule_table; ///< looked up for traffic from the addresses
    std::uint32_t rule_priority = 0;
    bool reset_connections = false; ///< on stop
    bool lvs = false; ///< an address that LVS keeps on lo waits while it is answered for here
    std::optional<std::uint32_t> address_label; ///< of the IPv6 addresses (RFC 6724)
    std::string network_namespace;
};

/// Errors of kind invalid_config that name the parameter.
Result<Settings> read_settings(const ocf::Request& request);

/// The addresses and their prefix lengths alone: what a stop needs.
Result<std::vector<WantedAddress>> read_addresses(const ocf::Request& request);

/// "DESTINATION[/PREFIX] [via GATEWAY] [metric N] [table N], ..."; "default" with a gateway.
Result<std::vector<WantedRoute>> parse_routes(std::string_view text);

/// The nic parameter without a label behind a colon.
std::string nic_name(const ocf::Request& request);

} // namespace twinsite::vip
