// Hardware addresses: 6 bytes on Ethernet, 20 on InfiniBand.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

namespace twinsite::network {

class LinkAddress {
public:
    static constexpr std::size_t max_size = 32;

    /// None.
    LinkAddress() = default;
    /// At most max_size bytes are taken.
    explicit LinkAddress(std::span<const std::uint8_t> bytes);

    [[nodiscard]] std::span<const std::uint8_t> bytes() const { return {bytes_.data(), size_}; }
    [[nodiscard]] std::size_t size() const { return size_; }
    [[nodiscard]] bool empty() const { return size_ == 0; }
    /// "52:54:00:12:34:56"
    [[nodiscard]] std::string text() const;

    // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy takes the hidden 0 for a pointer
    friend auto operator<=>(const LinkAddress&, const LinkAddress&) = default;

private:
    std::array<std::uint8_t, max_size> bytes_{};
    std::size_t size_ = 0;
};

} // namespace twinsite::network
