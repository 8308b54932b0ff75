// The parameter "routes", in the words of ip-route(8).
#include "agents/vip/settings.hpp"

#include <twinsite/base/text.hpp>

#include <fmt/format.h>

#include <array>

namespace twinsite::vip {

namespace {

using network::IpAddress;

/// RT_TABLE_LOCAL of linux/rtnetlink.h is the kernel's own.
constexpr std::int64_t local_table = 255;

Status take_destination(WantedRoute& route, const std::string& word) {
    const auto slash = word.find('/');
    const auto address = network::parse_ip_address(word.substr(0, slash));
    if (!address) {
        return fail(address.error());
    }
    route.destination = *address;
    route.prefix = address->bits();
    if (slash != std::string::npos) {
        const auto prefix = parse_integer(word.substr(slash + 1), 0, address->bits());
        if (!prefix) {
            return fail(prefix.error());
        }
        route.prefix = static_cast<unsigned>(*prefix);
    }
    if (route.destination.with_host_bits(route.prefix, false) != route.destination) {
        return fail(ErrorKind::invalid_config,
                    fmt::format("{} has bits set behind its prefix", word));
    }
    return {};
}

Status take_option(WantedRoute& route, const std::string& name, const std::string& value) {
    if (name == "via") {
        const auto gateway = network::parse_ip_address(value);
        if (!gateway) {
            return fail(gateway.error());
        }
        route.gateway = *gateway;
        return {};
    }
    if (name != "metric" && name != "table") {
        return fail(ErrorKind::invalid_config,
                    fmt::format("\"{}\" is none of via, metric, table", printable(name)));
    }
    const auto number = parse_integer(value, name == "table" ? 1 : 0, UINT32_MAX);
    if (!number) {
        return fail(number.error().in(name));
    }
    if (name == "table" && *number == local_table) {
        return fail(ErrorKind::invalid_config, "table 255 is the kernel's own");
    }
    (name == "table" ? route.table : route.metric) = static_cast<std::uint32_t>(*number);
    return {};
}

Result<WantedRoute> parse_route(const std::vector<std::string>& words) {
    WantedRoute route;
    const bool everywhere = words.front() == "default";
    if (!everywhere) {
        if (auto taken = take_destination(route, words.front()); !taken) {
            return fail(taken.error());
        }
    }
    if (words.size() % 2 == 0) {
        return fail(ErrorKind::invalid_config,
                    fmt::format("\"{}\" has no value", printable(words.back())));
    }
    for (std::size_t i = 1; i < words.size(); i += 2) {
        if (auto taken = take_option(route, words[i], words[i + 1]); !taken) {
            return fail(taken.error());
        }
    }
    if (everywhere) {
        if (!route.gateway) {
            return fail(ErrorKind::invalid_config, "default needs \"via GATEWAY\"");
        }
        const std::array<std::uint8_t, 16> zero{};
        route.destination = IpAddress(route.gateway->family(), zero.data());
    }
    if (route.gateway && route.gateway->family() != route.destination.family()) {
        return fail(ErrorKind::invalid_config, "destination and gateway are of two families");
    }
    return route;
}

} // namespace

Result<std::vector<WantedRoute>> parse_routes(std::string_view text) {
    std::vector<WantedRoute> routes;
    for (const std::string& part : split(text, ",;\n")) {
        const auto words = split(part);
        if (words.empty()) {
            continue;
        }
        auto route = parse_route(words);
        if (!route) {
            return fail(route.error());
        }
        routes.push_back(*route);
    }
    return routes;
}

} // namespace twinsite::vip
