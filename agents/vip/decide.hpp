// What the agent concludes from what it saw. Pure.
#pragma once

#include "agents/vip/record.hpp"
#include "agents/vip/settings.hpp"

#include <span>
#include <string>
#include <vector>

namespace twinsite::vip {

/// What was seen, before and after an action.
struct Observation {
    /// The interface the addresses belong on, or why there is none.
    Result<network::Interface> interface = fail(ErrorKind::internal, "not looked");
    std::vector<network::Interface> others; ///< those that hold one of the addresses, by index
    std::vector<network::AssignedAddress> addresses; ///< of the node, of the families wanted
    std::vector<network::Route> routes;              ///< asked for only when they matter
    /// Those on a loopback interface, where LVS keeps them until they are answered for here.
    std::vector<network::AssignedAddress> waiting{};
};

enum class Place {
    absent,       ///< not on this node
    here,         ///< on its interface
    wrong_prefix, ///< on its interface, with another prefix length
    elsewhere,    ///< on another interface of this node
};

struct Finding {
    network::IpAddress address;
    Place place = Place::absent;
    network::AssignedAddress seen; ///< unless absent
};

enum class Standing { running, stopped, faulty };

struct Assessment {
    Standing standing = Standing::stopped;
    std::string reason; ///< of faulty: one sentence
    std::vector<Finding> findings;
};

/// The connected route (no gateway) that ADDRESS lies in: the longest prefix, then the lowest
/// metric, then the lowest interface number. INTERFACE 0: of any but the loopback interfaces'.
const network::Route* connected_route(std::span<const network::Route> routes,
                                      const network::IpAddress& address, unsigned interface);

/// With LVS: an IPv4 address that is wanted on another interface, and is on a loopback interface
/// with prefix length 32, is not "elsewhere"; it waits.
void set_loopback_aside(Observation& observation, std::span<const WantedAddress> wanted);

/// Where each wanted address is.
Assessment assess(std::span<const WantedAddress> wanted, const Observation& observation);

/// The addresses as they have to be added: interface, prefix, label, broadcast.
/// Errors: not_found when no prefix can be told; invalid_config when the label does not fit.
Result<std::vector<network::AssignedAddress>> complete(const Settings& settings,
                                                       const Observation& observation);

/// May a start go on? Errors of kind conflict when an address is already on another interface or
/// has another prefix length.
Status may_start(const Assessment& assessment, const Observation& observation);

/// Name of the interface with INDEX, for messages.
std::string name_of(const Observation& observation, unsigned index);

} // namespace twinsite::vip
