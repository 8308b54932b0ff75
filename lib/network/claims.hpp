// Is this packet somebody else's claim to an address? Pure.
#pragma once

#include "lib/network/packets.hpp"

#include <twinsite/network/segment.hpp>

#include <optional>
#include <span>

namespace twinsite::network {

/// RFC 5227, 2.1.1 and 2.4: any ARP packet from ADDRESS, or a probe for it. RFC 4862, 5.4.3 and
/// 5.4.4: any advertisement of it, or a solicitation for it from "::". FROM is the link header's
/// sender; nothing when the sender is one of OWN.
std::optional<Claim> claim_in(std::span<const std::uint8_t> packet, const LinkAddress& from,
                              const IpAddress& address, std::span<const LinkAddress> own);

/// Does this packet say that NEIGHBOUR is there?
bool is_answer(std::span<const std::uint8_t> packet, const IpAddress& neighbour);

} // namespace twinsite::network
