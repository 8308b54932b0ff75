#include <twinsite/base/text.hpp>
#include <twinsite/network/ip_address.hpp>

#include <arpa/inet.h>
#include <fmt/format.h>

#include <algorithm>

namespace twinsite::network {

IpAddress::IpAddress(Family family, const std::uint8_t* bytes)
    : family_(family) {
    std::copy_n(bytes, size(), bytes_.begin());
}

bool IpAddress::is_unspecified() const {
    return std::all_of(bytes_.begin(), bytes_.end(), [](std::uint8_t byte) { return byte == 0; });
}

bool IpAddress::is_loopback() const {
    if (family_ == Family::ipv4) {
        return bytes_[0] == 127;
    }
    return bytes_[15] == 1 &&
           std::all_of(bytes_.begin(), bytes_.end() - 1, [](std::uint8_t b) { return b == 0; });
}

bool IpAddress::is_multicast() const {
    return family_ == Family::ipv4 ? (bytes_[0] & 0xf0U) == 0xe0U : bytes_[0] == 0xffU;
}

bool IpAddress::is_link_local() const {
    return family_ == Family::ipv4 ? bytes_[0] == 169 && bytes_[1] == 254
                                   : bytes_[0] == 0xfe && (bytes_[1] & 0xc0U) == 0x80U;
}

bool IpAddress::in_network(const IpAddress& other, unsigned prefix) const {
    return family_ == other.family_ &&
           with_host_bits(prefix, false) == other.with_host_bits(prefix, false);
}

IpAddress IpAddress::with_host_bits(unsigned prefix, bool ones) const {
    IpAddress result = *this;
    for (unsigned bit = prefix; bit < bits(); ++bit) {
        const auto mask = static_cast<std::uint8_t>(0x80U >> (bit % 8));
        std::uint8_t& byte = result.bytes_.at(bit / 8);
        byte = static_cast<std::uint8_t>(ones ? byte | mask : byte & ~mask);
    }
    return result;
}

Result<IpAddress> IpAddress::plus(unsigned n) const {
    IpAddress result = *this;
    std::uint8_t& last = result.bytes_.at(size() - 1);
    if (n > 255U - last) {
        return fail(ErrorKind::invalid_config,
                    fmt::format("{} plus clone number {} leaves the last byte", text(), n));
    }
    last = static_cast<std::uint8_t>(last + n);
    return result;
}

std::string IpAddress::text() const {
    std::array<char, INET6_ADDRSTRLEN> buffer{};
    ::inet_ntop(family_ == Family::ipv4 ? AF_INET : AF_INET6, bytes_.data(), buffer.data(),
                buffer.size());
    return buffer.data();
}

Result<IpAddress> parse_ip_address(std::string_view text) {
    const std::string copy(text);
    std::array<std::uint8_t, 16> bytes{};
    if (copy.find('\0') == std::string::npos) {
        if (::inet_pton(AF_INET, copy.c_str(), bytes.data()) == 1) {
            return IpAddress(Family::ipv4, bytes.data());
        }
        if (::inet_pton(AF_INET6, copy.c_str(), bytes.data()) == 1) {
            return IpAddress(Family::ipv6, bytes.data());
        }
    }
    return fail(ErrorKind::invalid_config,
                fmt::format("\"{}\" is no IPv4 or IPv6 address", printable(text)));
}

} // namespace twinsite::network
