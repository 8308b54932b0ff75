#include <twinsite/base/data_size.hpp>
#include <twinsite/base/text.hpp>

#include <fmt/format.h>

#include <optional>

namespace twinsite {

namespace {

/// As virScaleInteger() in libvirt's src/util/virutil.c reads it.
std::optional<std::uint64_t> bytes_per_unit(std::string_view unit) {
    const std::string name = unit.empty() ? "kib" : to_lower(unit);
    if (name == "b" || name == "byte" || name == "bytes") {
        return 1;
    }
    const std::size_t power = std::string_view("kmgtpe").find(name.front());
    const std::string_view rest = std::string_view(name).substr(1);
    if (power == std::string_view::npos || (!rest.empty() && rest != "b" && rest != "ib")) {
        return std::nullopt;
    }
    const std::uint64_t base = rest == "b" ? 1000 : 1024;
    std::uint64_t bytes = base;
    for (std::size_t i = 0; i < power; ++i) {
        bytes *= base;
    }
    return bytes;
}

} // namespace

Result<std::uint64_t> parse_data_size(std::string_view amount, std::string_view unit) {
    constexpr std::uint64_t most = 1ULL << 60U;
    const auto count = parse_integer(trim(amount), 0, INT64_MAX);
    if (!count) {
        return fail(count.error());
    }
    const auto bytes = bytes_per_unit(unit);
    if (!bytes) {
        return fail(ErrorKind::invalid_config,
                    fmt::format("\"{}\" is no unit of memory", printable(unit)));
    }
    const auto whole = static_cast<std::uint64_t>(*count);
    if (whole > most / *bytes) {
        return fail(ErrorKind::invalid_config, "more than any machine has");
    }
    return whole * *bytes;
}

} // namespace twinsite
