// ARP and neighbour discovery packets, without the link header: bytes to values and back.
#pragma once

#include <twinsite/network/ip_address.hpp>
#include <twinsite/network/link_address.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace twinsite::network {

using Bytes = std::vector<std::uint8_t>;

/// RFC 826, for IPv4.
struct ArpPacket {
    bool request = true; ///< otherwise a reply
    LinkAddress sender_link;
    IpAddress sender;
    LinkAddress target_link; ///< empty: all zero
    IpAddress target;
};

Bytes encode(const ArpPacket& packet, unsigned hardware_type);
/// Nothing for anything that is not a whole ARP request or reply about IPv4.
std::optional<ArpPacket> decode_arp(std::span<const std::uint8_t> bytes);

/// RFC 4861, sections 4.3 and 4.4.
struct NeighbourPacket {
    bool solicitation = true; ///< otherwise an advertisement
    IpAddress source;         ///< of the IPv6 packet; "::" in a duplicate address probe
    IpAddress destination;
    IpAddress target;      ///< the address the packet is about
    LinkAddress link;      ///< source or target link-layer option; empty: left out
    bool router = false;   ///< of an advertisement
    bool override = false; ///< of an advertisement: replace what you know
};

/// An IPv6 packet with its ICMPv6 checksum.
Bytes encode(const NeighbourPacket& packet);
/// Nothing for anything else, a hop limit that is not 255 (it came from another segment), a wrong
/// checksum, or options that do not fit.
std::optional<NeighbourPacket> decode_neighbour(std::span<const std::uint8_t> bytes);

/// ff02::1:ffXX:XXXX of RFC 4291, section 2.7.1.
IpAddress solicited_node_group(const IpAddress& address);
/// 33:33:… of RFC 2464, section 7.
LinkAddress ethernet_group(const IpAddress& group);
/// ff02::1
IpAddress all_nodes();

} // namespace twinsite::network
