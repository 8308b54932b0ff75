#include <twinsite/network/link_address.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace twinsite::network {

LinkAddress::LinkAddress(std::span<const std::uint8_t> bytes)
    : size_(std::min(bytes.size(), max_size)) {
    std::copy_n(bytes.begin(), size_, bytes_.begin());
}

std::string LinkAddress::text() const {
    return fmt::format("{:02x}", fmt::join(bytes().begin(), bytes().end(), ":"));
}

} // namespace twinsite::network
