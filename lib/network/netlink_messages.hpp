// rtnetlink messages to values: pure, for whatever bytes arrive.
#pragma once

#include <twinsite/network/network.hpp>

#include <netlink/msg.h>

#include <optional>

namespace twinsite::network {

/// Nothing: another type of message, or one too short to be believed.
std::optional<Interface> interface_from(nlmsghdr* message);
std::optional<AssignedAddress> address_from(nlmsghdr* message);
std::optional<Route> route_from(nlmsghdr* message);
std::optional<Rule> rule_from(nlmsghdr* message);
std::optional<AddressLabel> address_label_from(nlmsghdr* message);

} // namespace twinsite::network
