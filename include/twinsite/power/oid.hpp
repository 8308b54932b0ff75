// SNMP object identifiers as values.
#pragma once

#include <twinsite/base/result.hpp>

#include <compare>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace twinsite::power {

class Oid {
public:
    /// The longest identifier SNMP allows (RFC 2578, section 3.5).
    static constexpr std::size_t max_length = 128;

    Oid() = default;
    explicit Oid(std::vector<std::uint32_t> numbers)
        : numbers_(std::move(numbers)) {}

    /// Dotted numbers, with or without a leading dot. Error invalid_config.
    static Result<Oid> parse(std::string_view text);

    [[nodiscard]] const std::vector<std::uint32_t>& numbers() const { return numbers_; }
    [[nodiscard]] std::size_t size() const { return numbers_.size(); }
    [[nodiscard]] bool empty() const { return numbers_.empty(); }
    [[nodiscard]] bool starts_with(const Oid& prefix) const;
    /// This identifier followed by TAIL.
    [[nodiscard]] Oid then(const Oid& tail) const;
    /// What follows the first COUNT numbers.
    [[nodiscard]] Oid after(std::size_t count) const;
    /// Dotted, without a leading dot.
    [[nodiscard]] std::string text() const;

    /// The order in which SNMP walks.
    // NOLINTNEXTLINE(modernize-use-nullptr): clang-tidy takes the hidden 0 for a pointer
    friend auto operator<=>(const Oid&, const Oid&) = default;

private:
    std::vector<std::uint32_t> numbers_;
};

} // namespace twinsite::power
