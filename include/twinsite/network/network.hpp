// The node's interfaces, addresses, routes and rules: what is there, and how to change it.
#pragma once

#include <twinsite/base/result.hpp>
#include <twinsite/network/ip_address.hpp>
#include <twinsite/network/link_address.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace twinsite::network {

/// IF_OPER_* of linux/if.h (RFC 2863).
enum class Operation { unknown, not_present, down, lower_layer_down, testing, dormant, up };

struct Interface {
    unsigned index = 0; ///< stays when the interface is renamed
    std::string name;
    std::vector<std::string> alternative_names{};
    LinkAddress link_address{};
    unsigned hardware_type = 0; ///< ARPHRD_* of linux/if_arp.h
    bool up = false;            ///< set up by the administrator
    bool carrier = false;       ///< the driver sees a link partner
    bool loopback = false;
    bool arp = true; ///< resolves neighbours (no IFF_NOARP)
    Operation operation = Operation::unknown;
};

/// "" when packets can pass; otherwise what hinders them: "is down", "has no carrier", ...
std::string link_trouble(const Interface& interface);

constexpr std::uint32_t lifetime_forever = 0xffffffffU;

/// RT_SCOPE_* of linux/rtnetlink.h.
enum class Scope : std::uint8_t { universe = 0, site = 200, link = 253, host = 254, nowhere = 255 };

struct AssignedAddress {
    unsigned interface = 0; ///< index
    IpAddress address;
    unsigned prefix = 0;
    Scope scope = Scope::universe;
    std::string label{}; ///< IPv4 only
    std::optional<IpAddress> broadcast{};
    std::uint32_t preferred_lifetime = lifetime_forever; ///< seconds
    bool no_prefix_route = false;
    bool no_dad = false;    ///< set by the caller: the kernel need not ask the segment again
    bool tentative = false; ///< seen only: duplicate address detection is not finished
    bool duplicate = false; ///< seen only: duplicate address detection failed
};

constexpr std::uint32_t main_table = 254; ///< RT_TABLE_MAIN

/// One unicast route. GATEWAY none: the destination is on the link.
struct Route {
    IpAddress destination;
    unsigned prefix = 0;
    unsigned interface = 0;
    std::optional<IpAddress> gateway{};
    std::optional<IpAddress> source{}; ///< preferred source address
    std::uint32_t metric = 0;
    std::uint32_t table = main_table;

    friend bool operator==(const Route&, const Route&) = default;
};

/// A rule "from SOURCE/PREFIX lookup TABLE".
struct Rule {
    IpAddress source;
    unsigned prefix = 0;
    std::uint32_t table = main_table;
    std::uint32_t priority = 0; ///< 0: the kernel chooses

    friend bool operator==(const Rule&, const Rule&) = default;
};

/// An entry of IPv6's policy table: the label of PREFIX/BITS in source address selection (RFC
/// 6724).
struct AddressLabel {
    IpAddress prefix;
    unsigned bits = 0;
    std::uint32_t label = 0;

    friend bool operator==(const AddressLabel&, const AddressLabel&) = default;
};

/// Every call is one exchange with the kernel; none waits for the network.
/// Errors: permission without CAP_NET_ADMIN; not_found for an interface or address that is not
/// there; conflict for one that already is; protocol for a malformed or interrupted answer.
class Network {
public:
    Network() = default;
    Network(const Network&) = delete;
    Network& operator=(const Network&) = delete;
    virtual ~Network() = default;

    /// By name or alternative name.
    virtual Result<Interface> interface_named(const std::string& name) = 0;
    virtual Result<Interface> interface_at(unsigned index) = 0;
    virtual Result<std::vector<Interface>> interfaces() = 0;
    virtual Result<std::vector<AssignedAddress>> addresses(Family family) = 0;
    /// The unicast routes of one table.
    virtual Result<std::vector<Route>> routes(Family family, std::uint32_t table) = 0;
    /// Those that look up a table by source address alone.
    virtual Result<std::vector<Rule>> rules(Family family) = 0;
    virtual Result<std::vector<AddressLabel>> address_labels() = 0;

    virtual Status add_address(const AssignedAddress& address) = 0;
    /// The other addresses of the interface stay, also those the kernel counts as secondary to it.
    virtual Status remove_address(const AssignedAddress& address) = 0;
    virtual Status bring_up(unsigned interface) = 0;
    virtual Status add_route(const Route& route) = 0;
    virtual Status remove_route(const Route& route) = 0;
    virtual Status add_rule(const Rule& rule) = 0;
    virtual Status remove_rule(const Rule& rule) = 0;
    virtual Status add_address_label(const AddressLabel& label) = 0;
    virtual Status remove_address_label(const AddressLabel& label) = 0;
};

/// The kernel's, through netlink, in this process's network namespace.
Result<std::unique_ptr<Network>> open_network();

/// Move this process into the named network namespace (/run/netns/NAME, see ip-netns(8)).
/// Errors: invalid_config for a name that is a path; not_found; permission.
Status enter_network_namespace(const std::string& name);

} // namespace twinsite::network
