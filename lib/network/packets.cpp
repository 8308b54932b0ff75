#include "lib/network/packets.hpp"

#include <algorithm>
#include <array>

namespace twinsite::network {

namespace {

// RFC 826 and the IANA registry of ARP parameters.
constexpr std::uint16_t protocol_ipv4 = 0x0800;
constexpr std::uint16_t arp_request = 1;
constexpr std::uint16_t arp_reply = 2;
constexpr std::size_t arp_header = 8;

// RFC 8200 and 4443.
constexpr std::size_t ipv6_header = 40;
constexpr std::uint8_t next_header_icmpv6 = 58;
constexpr std::uint8_t hop_limit = 255;
// RFC 4861.
constexpr std::uint8_t type_solicitation = 135;
constexpr std::uint8_t type_advertisement = 136;
constexpr std::size_t neighbour_body = 24;
constexpr std::uint8_t option_source_link = 1;
constexpr std::uint8_t option_target_link = 2;
constexpr std::uint8_t flag_router = 0x80;
constexpr std::uint8_t flag_override = 0x20;

void put16(Bytes& bytes, unsigned value) {
    bytes.push_back(static_cast<std::uint8_t>(value >> 8U));
    bytes.push_back(static_cast<std::uint8_t>(value));
}

void put(Bytes& bytes, const IpAddress& address) {
    bytes.insert(bytes.end(), address.data(), address.data() + address.size());
}

void put(Bytes& bytes, const LinkAddress& link, std::size_t size) {
    const auto from = link.bytes();
    const std::size_t taken = std::min(size, from.size());
    bytes.insert(bytes.end(), from.begin(), from.begin() + static_cast<std::ptrdiff_t>(taken));
    bytes.resize(bytes.size() + size - taken);
}

unsigned get16(std::span<const std::uint8_t> bytes, std::size_t at) {
    return static_cast<unsigned>(bytes[at] << 8U) | bytes[at + 1];
}

/// RFC 4443, section 2.3: over the pseudo-header and the ICMPv6 message. 0 for a message whose
/// checksum field is right.
unsigned checksum(std::span<const std::uint8_t> packet) {
    std::uint32_t sum = next_header_icmpv6;
    const auto add = [&sum](std::span<const std::uint8_t> part) {
        for (std::size_t i = 0; i < part.size(); ++i) {
            sum += static_cast<std::uint32_t>(part[i]) << (i % 2 == 0 ? 8U : 0U);
        }
    };
    sum += static_cast<std::uint32_t>(packet.size() - ipv6_header);
    add(packet.subspan(8, 32));
    add(packet.subspan(ipv6_header));
    while ((sum >> 16U) != 0) {
        sum = (sum & 0xffffU) + (sum >> 16U);
    }
    return ~sum & 0xffffU;
}

void put_link_option(Bytes& packet, std::uint8_t type, const LinkAddress& link) {
    if (link.empty()) {
        return;
    }
    const std::size_t units = (link.size() + 2 + 7) / 8;
    packet.push_back(type);
    packet.push_back(static_cast<std::uint8_t>(units));
    put(packet, link, units * 8 - 2);
}

/// False when an option does not fit.
bool take_link_option(std::span<const std::uint8_t> options, std::uint8_t wanted,
                      LinkAddress& link) {
    while (!options.empty()) {
        if (options.size() < 2 || options[1] == 0 || options.size() < std::size_t{8} * options[1]) {
            return false;
        }
        if (options[0] == wanted) {
            link = LinkAddress(options.subspan(2, std::size_t{8} * options[1] - 2));
        }
        options = options.subspan(std::size_t{8} * options[1]);
    }
    return true;
}

} // namespace

Bytes encode(const ArpPacket& packet, unsigned hardware_type) {
    const std::size_t size = packet.sender_link.size();
    Bytes bytes;
    put16(bytes, hardware_type);
    put16(bytes, protocol_ipv4);
    bytes.push_back(static_cast<std::uint8_t>(size));
    bytes.push_back(4);
    put16(bytes, packet.request ? arp_request : arp_reply);
    put(bytes, packet.sender_link, size);
    put(bytes, packet.sender);
    put(bytes, packet.target_link, size);
    put(bytes, packet.target);
    return bytes;
}

std::optional<ArpPacket> decode_arp(std::span<const std::uint8_t> bytes) {
    if (bytes.size() < arp_header || get16(bytes, 2) != protocol_ipv4 || bytes[5] != 4) {
        return std::nullopt;
    }
    const std::size_t size = bytes[4];
    const unsigned operation = get16(bytes, 6);
    if (size == 0 || size > LinkAddress::max_size || bytes.size() < arp_header + 2 * (size + 4) ||
        (operation != arp_request && operation != arp_reply)) {
        return std::nullopt;
    }
    const auto body = bytes.subspan(arp_header);
    return ArpPacket{.request = operation == arp_request,
                     .sender_link = LinkAddress(body.first(size)),
                     .sender = IpAddress(Family::ipv4, body.subspan(size).data()),
                     .target_link = LinkAddress(body.subspan(size + 4, size)),
                     .target = IpAddress(Family::ipv4, body.subspan(2 * size + 4).data())};
}

Bytes encode(const NeighbourPacket& packet) {
    Bytes bytes{0x60, 0, 0, 0, 0, 0, next_header_icmpv6, hop_limit};
    put(bytes, packet.source);
    put(bytes, packet.destination);
    bytes.push_back(packet.solicitation ? type_solicitation : type_advertisement);
    bytes.insert(bytes.end(), 3, 0); // code, checksum
    const unsigned flags =
        (packet.router ? flag_router : 0U) | (packet.override ? flag_override : 0U);
    bytes.push_back(static_cast<std::uint8_t>(packet.solicitation ? 0U : flags));
    bytes.insert(bytes.end(), 3, 0);
    put(bytes, packet.target);
    put_link_option(bytes, packet.solicitation ? option_source_link : option_target_link,
                    packet.link);
    const std::size_t length = bytes.size() - ipv6_header;
    bytes[4] = static_cast<std::uint8_t>(length >> 8U);
    bytes[5] = static_cast<std::uint8_t>(length);
    const unsigned sum = checksum(bytes);
    bytes[ipv6_header + 2] = static_cast<std::uint8_t>(sum >> 8U);
    bytes[ipv6_header + 3] = static_cast<std::uint8_t>(sum);
    return bytes;
}

std::optional<NeighbourPacket> decode_neighbour(std::span<const std::uint8_t> bytes) {
    if (bytes.size() < ipv6_header + neighbour_body || bytes[0] >> 4U != 6 ||
        bytes[6] != next_header_icmpv6 || bytes[7] != hop_limit) {
        return std::nullopt;
    }
    const std::size_t length = get16(bytes, 4);
    if (length < neighbour_body || bytes.size() < ipv6_header + length) {
        return std::nullopt;
    }
    const auto packet = bytes.first(ipv6_header + length);
    const auto message = packet.subspan(ipv6_header);
    const bool solicitation = message[0] == type_solicitation;
    if ((!solicitation && message[0] != type_advertisement) || checksum(packet) != 0) {
        return std::nullopt;
    }
    NeighbourPacket result{.solicitation = solicitation,
                           .source = IpAddress(Family::ipv6, packet.subspan(8).data()),
                           .destination = IpAddress(Family::ipv6, packet.subspan(24).data()),
                           .target = IpAddress(Family::ipv6, message.subspan(8).data()),
                           .link = {},
                           .router = !solicitation && (message[4] & flag_router) != 0,
                           .override = !solicitation && (message[4] & flag_override) != 0};
    if (!take_link_option(message.subspan(neighbour_body),
                          solicitation ? option_source_link : option_target_link, result.link)) {
        return std::nullopt;
    }
    return result;
}

IpAddress solicited_node_group(const IpAddress& address) {
    std::array<std::uint8_t, 16> group{0xff, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xff};
    std::copy_n(address.data() + 13, 3, group.begin() + 13);
    return {Family::ipv6, group.data()};
}

LinkAddress ethernet_group(const IpAddress& group) {
    std::array<std::uint8_t, 6> link{0x33, 0x33};
    std::copy_n(group.data() + 12, 4, link.begin() + 2);
    return LinkAddress(link);
}

IpAddress all_nodes() {
    const std::array<std::uint8_t, 16> group{0xff, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
    return {Family::ipv6, group.data()};
}

} // namespace twinsite::network
