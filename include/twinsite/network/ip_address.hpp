// IPv4 and IPv6 addresses as values.
#pragma once

#include <twinsite/base/result.hpp>

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace twinsite::network {

enum class Family { ipv4, ipv6 };

class IpAddress {
public:
    /// 0.0.0.0
    IpAddress() = default;
    /// The first size_of(FAMILY) bytes of BYTES, in network order.
    IpAddress(Family family, const std::uint8_t* bytes);

    [[nodiscard]] Family family() const { return family_; }
    [[nodiscard]] const std::uint8_t* data() const { return bytes_.data(); }
    [[nodiscard]] std::size_t size() const { return family_ == Family::ipv4 ? 4 : 16; }
    /// The longest prefix: 32 or 128.
    [[nodiscard]] unsigned bits() const { return family_ == Family::ipv4 ? 32 : 128; }

    [[nodiscard]] bool is_unspecified() const;
    [[nodiscard]] bool is_loopback() const;
    [[nodiscard]] bool is_multicast() const;
    /// 169.254.0.0/16 or fe80::/10.
    [[nodiscard]] bool is_link_local() const;
    /// Are the first PREFIX bits those of OTHER? Never across families.
    [[nodiscard]] bool in_network(const IpAddress& other, unsigned prefix) const;
    /// All bits after the first PREFIX set (ONES) or cleared.
    [[nodiscard]] IpAddress with_host_bits(unsigned prefix, bool ones) const;
    /// The address N further on, without leaving the last byte.
    /// Error invalid_config when it would.
    [[nodiscard]] Result<IpAddress> plus(unsigned n) const;

    /// As inet_ntop(3) writes it (RFC 5952 for IPv6).
    [[nodiscard]] std::string text() const;

    // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy takes the hidden 0 for a pointer
    friend auto operator<=>(const IpAddress&, const IpAddress&) = default;

private:
    Family family_ = Family::ipv4;
    std::array<std::uint8_t, 16> bytes_{};
};

/// Dotted quad or colon notation; no zone, no prefix, no host name.
/// Error invalid_config, naming the text.
Result<IpAddress> parse_ip_address(std::string_view text);

} // namespace twinsite::network
