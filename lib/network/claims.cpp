#include "lib/network/claims.hpp"

#include <algorithm>

namespace twinsite::network {

namespace {

bool is_own(const LinkAddress& link, std::span<const LinkAddress> own) {
    return std::find(own.begin(), own.end(), link) != own.end();
}

std::optional<Claim> arp_claim(std::span<const std::uint8_t> bytes, const IpAddress& address,
                               std::span<const LinkAddress> own) {
    const auto packet = decode_arp(bytes);
    if (!packet || is_own(packet->sender_link, own)) {
        return std::nullopt;
    }
    const bool uses = packet->sender == address;
    const bool probes =
        packet->request && packet->sender.is_unspecified() && packet->target == address;
    if (!uses && !probes) {
        return std::nullopt;
    }
    return Claim{.address = address, .by = packet->sender_link, .asks = probes};
}

std::optional<Claim> neighbour_claim(std::span<const std::uint8_t> bytes, const LinkAddress& from,
                                     const IpAddress& address, std::span<const LinkAddress> own) {
    const auto packet = decode_neighbour(bytes);
    if (!packet || packet->target != address) {
        return std::nullopt;
    }
    if (packet->solicitation && !packet->source.is_unspecified()) {
        return std::nullopt; // somebody looks for us: no claim
    }
    const LinkAddress& by = packet->link.size() == from.size() ? packet->link : from;
    if (is_own(by, own) || is_own(from, own)) {
        return std::nullopt;
    }
    return Claim{.address = address, .by = by, .asks = packet->solicitation};
}

} // namespace

std::optional<Claim> claim_in(std::span<const std::uint8_t> packet, const LinkAddress& from,
                              const IpAddress& address, std::span<const LinkAddress> own) {
    return address.family() == Family::ipv4 ? arp_claim(packet, address, own)
                                            : neighbour_claim(packet, from, address, own);
}

bool is_answer(std::span<const std::uint8_t> packet, const IpAddress& neighbour) {
    if (neighbour.family() == Family::ipv4) {
        const auto arp = decode_arp(packet);
        return arp && arp->sender == neighbour;
    }
    const auto advertisement = decode_neighbour(packet);
    return advertisement && !advertisement->solicitation && advertisement->target == neighbour;
}

} // namespace twinsite::network
