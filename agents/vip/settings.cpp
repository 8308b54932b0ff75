#include "agents/vip/settings.hpp"

#include <twinsite/base/text.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace twinsite::vip {

namespace {

using network::Family;
using network::IpAddress;

/// IFNAMSIZ of linux/if.h less the final zero: a label is "interface:label".
constexpr std::size_t longest_label = 15;

Error named(std::string_view parameter, const Error& error) {
    return error.in(fmt::format("parameter {}", parameter));
}

Result<unsigned> parse_prefix(std::string_view text, const IpAddress& address) {
    return parse_integer(text, 0, address.bits()).map([](auto value) {
        return static_cast<unsigned>(value);
    });
}

Status check_usable(const IpAddress& address) {
    const char* trouble =
        address.is_unspecified() ? "means no address"
        : address.is_multicast() ? "is a multicast address"
        : address == IpAddress(Family::ipv4, std::array<std::uint8_t, 4>{255, 255, 255, 255}.data())
            ? "is the broadcast address"
            : nullptr;
    if (trouble != nullptr) {
        return fail(ErrorKind::invalid_config, fmt::format("{} {}", address.text(), trouble));
    }
    return {};
}

/// "ADDRESS" or "ADDRESS/PREFIX".
Result<WantedAddress> parse_wanted(std::string_view word) {
    const auto slash = word.find('/');
    auto address = network::parse_ip_address(word.substr(0, slash));
    if (!address) {
        return fail(address.error());
    }
    if (auto usable = check_usable(*address); !usable) {
        return fail(usable.error());
    }
    WantedAddress wanted{.address = *address, .prefix = {}};
    if (slash != std::string_view::npos) {
        auto prefix = parse_prefix(word.substr(slash + 1), *address);
        if (!prefix) {
            return fail(prefix.error());
        }
        wanted.prefix = *prefix;
    }
    return wanted;
}

/// cidr_netmask is for the addresses that bring no prefix; of two families, for IPv4.
Status take_netmask(std::vector<WantedAddress>& addresses, const std::string& netmask) {
    if (netmask.empty()) {
        return {};
    }
    const bool both = std::any_of(addresses.begin(), addresses.end(), [&](const auto& wanted) {
        return wanted.address.family() != addresses.front().address.family();
    });
    for (WantedAddress& wanted : addresses) {
        if (wanted.prefix || (both && wanted.address.family() == Family::ipv6)) {
            continue;
        }
        const auto prefix = parse_prefix(netmask, wanted.address);
        if (!prefix) {
            return fail(named("cidr_netmask", prefix.error()));
        }
        wanted.prefix = *prefix;
    }
    return {};
}

Status add_clone_number(std::vector<WantedAddress>& addresses, const ocf::Request& request) {
    if (!request.values.boolean("unique_clone_address")) {
        return {};
    }
    const auto number = parse_integer(request.meta("clone"), 0, 255).value_or(0);
    for (WantedAddress& wanted : addresses) {
        auto moved = wanted.address.plus(static_cast<unsigned>(number));
        if (!moved) {
            return fail(named("unique_clone_address", moved.error()));
        }
        wanted.address = *moved;
    }
    return {};
}

Status check_name(std::string_view parameter, std::string_view text, std::size_t limit) {
    const bool odd = std::any_of(text.begin(), text.end(), [](unsigned char c) {
        return c <= 0x20 || c == 0x7f || c == '/';
    });
    if (odd || text.size() > limit) {
        return fail(ErrorKind::invalid_config,
                    fmt::format("parameter {}: \"{}\" {}", parameter, printable(text),
                                odd ? "contains blanks or slashes"
                                    : fmt::format("is longer than {} characters", limit)));
    }
    return {};
}

Status take_nic_and_label(Settings& settings, const ocf::Request& request) {
    const std::string& nic = request.values.text("nic");
    settings.nic = nic_name(request);
    settings.label = request.values.text("iflabel");
    if (settings.nic.size() != nic.size()) {
        settings.label = nic.substr(settings.nic.size() + 1);
    }
    if (auto good = check_name("nic", settings.nic, 127); !good) {
        return good;
    }
    const std::size_t used = settings.nic.empty() ? 2 : settings.nic.size() + 1;
    if (settings.label.empty()) {
        return {};
    }
    if (settings.nic.size() > longest_label) { // an alternative name: the real one is shorter
        return check_name("iflabel", settings.label, longest_label - 2);
    }
    return check_name("iflabel", settings.label, used < longest_label ? longest_label - used : 0);
}

Status take_broadcast(Settings& settings, const std::string& text) {
    if (text.empty() || text == "+") {
        settings.broadcast = Broadcast::all_ones;
    } else if (text == "-") {
        settings.broadcast = Broadcast::all_zeros;
    } else if (text == "none") {
        settings.broadcast = Broadcast::none;
    } else {
        const auto address = network::parse_ip_address(text);
        if (!address) {
            return fail(named("broadcast", address.error()));
        }
        if (address->family() != Family::ipv4) {
            return fail(ErrorKind::invalid_config,
                        "parameter broadcast: IPv6 has no broadcast addresses");
        }
        settings.broadcast = Broadcast::given;
        settings.broadcast_address = *address;
    }
    return {};
}

Status take_lifetime(Settings& settings, const std::string& text) {
    if (text.empty() || text == "forever") {
        return {};
    }
    const auto seconds = parse_integer(text, 0, network::lifetime_forever - 1);
    if (!seconds) {
        return fail(named("preferred_lft", seconds.error()));
    }
    settings.preferred_lifetime = static_cast<std::uint32_t>(*seconds);
    return {};
}

/// The routes' sources are the addresses, so there must be one of the same family.
Status take_routes(Settings& settings, const ocf::Values& values) {
    auto routes = parse_routes(values.text("routes"));
    if (!routes) {
        return fail(named("routes", routes.error()));
    }
    for (const WantedRoute& route : *routes) {
        const bool served = std::any_of(
            settings.addresses.begin(), settings.addresses.end(), [&](const auto& wanted) {
                return wanted.address.family() == route.destination.family();
            });
        if (!served) {
            return fail(ErrorKind::invalid_config,
                        fmt::format("parameter routes: ip has no address of the family of {}",
                                    route.destination.text()));
        }
    }
    settings.routes = std::move(*routes);
    if (values.is_set("rule_table")) {
        settings.rule_table = static_cast<std::uint32_t>(values.integer("rule_table"));
        settings.rule_priority = static_cast<std::uint32_t>(values.integer("rule_priority"));
    }
    return {};
}

Status take_peers(Settings& settings, const std::string& text) {
    for (const std::string& word : split(text, " \t\r\n,")) {
        const auto peer = network::parse_ip_address(word);
        if (!peer) {
            return fail(named("check_peer", peer.error()));
        }
        settings.peers.push_back(*peer);
    }
    return {};
}

Status check_link_local(const Settings& settings) {
    for (const WantedAddress& wanted : settings.addresses) {
        if (wanted.address.family() == Family::ipv6 && wanted.address.is_link_local() &&
            settings.nic.empty()) {
            return fail(ErrorKind::invalid_config,
                        fmt::format("{} is a link-local address: parameter nic must say which link",
                                    wanted.address.text()));
        }
    }
    return {};
}

bool has_family(const Settings& settings, Family family) {
    return std::any_of(settings.addresses.begin(), settings.addresses.end(),
                       [family](const auto& wanted) { return wanted.address.family() == family; });
}

Status take_lvs(Settings& settings, const ocf::Values& values) {
    settings.lvs = values.boolean("lvs_support");
    if (settings.lvs && !has_family(settings, Family::ipv4)) {
        return fail(ErrorKind::invalid_config,
                    "parameter lvs_support is for IPv4 addresses; IPv6 ones have "
                    "lvs_ipv6_addrlabel");
    }
    if (values.boolean("lvs_ipv6_addrlabel")) {
        if (!has_family(settings, Family::ipv6)) {
            return fail(ErrorKind::invalid_config,
                        "parameter lvs_ipv6_addrlabel: ip has no IPv6 address");
        }
        settings.address_label =
            static_cast<std::uint32_t>(values.integer("lvs_ipv6_addrlabel_value"));
    }
    return {};
}

} // namespace

std::string nic_name(const ocf::Request& request) {
    const std::string& nic = request.values.text("nic");
    return nic.substr(0, nic.find(':'));
}

Result<std::vector<WantedAddress>> read_addresses(const ocf::Request& request) {
    std::vector<WantedAddress> addresses;
    for (const std::string& word : split(request.values.text("ip"), " \t\r\n,")) {
        auto wanted = parse_wanted(word);
        if (!wanted) {
            return fail(named("ip", wanted.error()));
        }
        const bool twice = std::any_of(addresses.begin(), addresses.end(), [&](const auto& other) {
            return other.address == wanted->address;
        });
        if (twice) {
            return fail(ErrorKind::invalid_config,
                        fmt::format("parameter ip: {} is there twice", wanted->address.text()));
        }
        addresses.push_back(*wanted);
    }
    if (addresses.empty()) {
        return fail(ErrorKind::invalid_config, "parameter ip is required and not set");
    }
    if (auto added = add_clone_number(addresses, request); !added) {
        return fail(added.error());
    }
    if (auto taken = take_netmask(addresses, request.values.text("cidr_netmask")); !taken) {
        return fail(taken.error());
    }
    return addresses;
}

Result<Settings> read_settings(const ocf::Request& request) {
    const ocf::Values& values = request.values;
    Settings settings;
    auto addresses = read_addresses(request);
    if (!addresses) {
        return fail(addresses.error());
    }
    settings.addresses = std::move(*addresses);
    for (const Status& taken :
         {take_nic_and_label(settings, request), take_broadcast(settings, values.text("broadcast")),
          take_lifetime(settings, values.text("preferred_lft")), check_link_local(settings),
          take_routes(settings, values), take_lvs(settings, values),
          take_peers(settings, values.text("check_peer")),
          check_name("network_namespace", values.text("network_namespace"), 255)}) {
        if (!taken) {
            return fail(taken.error());
        }
    }
    settings.no_prefix_route = values.boolean("noprefixroute");
    settings.no_dad = values.boolean("nodad");
    settings.probe.count = static_cast<unsigned>(values.integer("arp_probe_count"));
    settings.probe.interval = Milliseconds(values.integer("arp_probe_interval"));
    settings.announcements = static_cast<unsigned>(values.integer("arp_count"));
    settings.announcement_interval = Milliseconds(values.integer("arp_interval"));
    settings.refresh_announcements = static_cast<unsigned>(values.integer("arp_count_refresh"));
    settings.announce_in_background = values.boolean("arp_bg");
    settings.watch = values.boolean("conflict_watch");
    settings.conflict_fails = values.text("on_conflict") == "fail";
    settings.reset_connections = values.boolean("reset_connections");
    settings.check_link = values.boolean("check_link_status");
    settings.network_namespace = values.text("network_namespace");
    return settings;
}

} // namespace twinsite::vip
