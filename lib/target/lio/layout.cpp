#include "lib/target/lio/layout.hpp"

#include <twinsite/base/text.hpp>
#include <twinsite/target/identity.hpp>

#include <fmt/format.h>

#include <charconv>

namespace twinsite::target::lio {

namespace {

/// LIO keeps the number in 32 bits (core_alloc_hba); targetcli tries numbers below 2^20.
std::uint32_t adapter_number(std::string_view iqn) {
    constexpr std::uint32_t own_range = 0x40000000U;
    std::uint32_t number = 0;
    const std::string digits = derived_serial(iqn, 0).substr(0, 8);
    std::from_chars(digits.data(), digits.data() + digits.size(), number, 16);
    return own_range | (number & (own_range - 1));
}

std::string prefix_of(std::string_view iqn) {
    return fmt::format("{}+lun", iqn);
}

} // namespace

std::string adapter_path(Backing::Kind kind, std::string_view iqn) {
    return fmt::format("{}/{}_{}", core, kind == Backing::Kind::block ? "iblock" : "fileio",
                       adapter_number(iqn));
}

std::string backstore_name(std::string_view iqn, std::uint64_t lun) {
    return fmt::format("{}{}", prefix_of(iqn), lun);
}

bool is_backstore_of(std::string_view name, std::string_view iqn) {
    const std::string prefix = prefix_of(iqn);
    return name.starts_with(prefix) &&
           parse_integer(name.substr(prefix.size()), 0, static_cast<std::int64_t>(highest_lun))
               .has_value();
}

std::string target_path(std::string_view iqn) {
    return fmt::format("{}/{}", fabric, iqn);
}

std::string group_path(std::string_view iqn) {
    return target_path(iqn) + "/tpgt_1";
}

std::string_view base_name(std::string_view path) {
    return path.substr(path.rfind('/') + 1);
}

std::optional<std::uint64_t> lun_number(std::string_view name) {
    constexpr std::string_view prefix = "lun_";
    if (!name.starts_with(prefix)) {
        return std::nullopt;
    }
    const auto number = parse_integer(name.substr(prefix.size()), 0, INT64_MAX);
    return number ? std::optional(static_cast<std::uint64_t>(*number)) : std::nullopt;
}

} // namespace twinsite::target::lio
