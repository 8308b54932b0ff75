#include "agents/vip/decide.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <tuple>

namespace twinsite::vip {

namespace {

using network::AssignedAddress;
using network::Family;
using network::IpAddress;
using network::Route;
using network::Scope;

/// RFC 4291, 2.5.1: the prefix of a link-local address.
constexpr unsigned link_local_prefix = 64;

Finding find(const WantedAddress& wanted, const Observation& observation) {
    const unsigned home = observation.interface ? observation.interface->index : 0;
    Finding finding{.address = wanted.address, .place = Place::absent, .seen = {}};
    for (const AssignedAddress& seen : observation.addresses) {
        if (seen.address != wanted.address) {
            continue;
        }
        const Place place = seen.interface != home                           ? Place::elsewhere
                            : wanted.prefix && seen.prefix != *wanted.prefix ? Place::wrong_prefix
                                                                             : Place::here;
        // The same address may be there several times: its own place is what counts most.
        const bool better = finding.place == Place::absent || place == Place::here ||
                            (place == Place::wrong_prefix && finding.place == Place::elsewhere);
        if (better && finding.place != Place::here) {
            finding.place = place;
            finding.seen = seen;
        }
    }
    return finding;
}

std::string trouble_with(const Finding& finding, const Observation& observation) {
    const std::string address = finding.address.text();
    switch (finding.place) {
    case Place::absent:
        return fmt::format("{} is missing", address);
    case Place::wrong_prefix:
        return fmt::format("{} is on {} with prefix length {}", address,
                           name_of(observation, finding.seen.interface), finding.seen.prefix);
    case Place::elsewhere:
        return fmt::format("{} is on interface {}", address,
                           name_of(observation, finding.seen.interface));
    case Place::here:
        break;
    }
    if (finding.seen.duplicate) {
        return fmt::format("another machine uses {}: the kernel found a duplicate", address);
    }
    if (finding.seen.scope == Scope::nowhere) {
        return fmt::format("{} has scope nowhere", address);
    }
    return {};
}

std::optional<IpAddress> broadcast_for(const Settings& settings, const IpAddress& address,
                                       unsigned prefix) {
    if (address.family() == Family::ipv6 || prefix > 30) {
        return std::nullopt;
    }
    switch (settings.broadcast) {
    case Broadcast::all_ones:
        return address.with_host_bits(prefix, true);
    case Broadcast::all_zeros:
        return address.with_host_bits(prefix, false);
    case Broadcast::given:
        return settings.broadcast_address;
    case Broadcast::none:
        break;
    }
    return std::nullopt;
}

Result<unsigned> prefix_for(const WantedAddress& wanted, const Observation& observation) {
    if (wanted.prefix) {
        return *wanted.prefix;
    }
    if (wanted.address.family() == Family::ipv6 && wanted.address.is_link_local()) {
        return link_local_prefix;
    }
    if (observation.interface->loopback) {
        return wanted.address.bits();
    }
    const Route* route =
        connected_route(observation.routes, wanted.address, observation.interface->index);
    if (route == nullptr) {
        return fail(ErrorKind::not_found,
                    fmt::format("{} has no connected route to {}: set cidr_netmask",
                                observation.interface->name, wanted.address.text()));
    }
    return route->prefix;
}

/// What iproute2 chooses: addresses of lo are for this host only, link-local ones for the link.
Scope scope_of(const IpAddress& address) {
    if (address.is_loopback()) {
        return Scope::host;
    }
    return address.family() == Family::ipv6 && address.is_link_local() ? Scope::link
                                                                       : Scope::universe;
}

} // namespace

const Route* connected_route(std::span<const Route> routes, const IpAddress& address,
                             unsigned interface) {
    const auto rank = [](const Route& route) {
        return std::tuple(-static_cast<int>(route.prefix), route.metric, route.interface);
    };
    const Route* best = nullptr;
    for (const Route& route : routes) {
        const bool fits = !route.gateway && route.interface != 0 && route.prefix > 0 &&
                          (interface == 0 || route.interface == interface) &&
                          address.in_network(route.destination, route.prefix);
        if (fits && (best == nullptr || rank(route) < rank(*best))) {
            best = &route;
        }
    }
    return best;
}

std::string name_of(const Observation& observation, unsigned index) {
    if (observation.interface && observation.interface->index == index) {
        return observation.interface->name;
    }
    for (const network::Interface& other : observation.others) {
        if (other.index == index) {
            return other.name;
        }
    }
    return fmt::format("number {}", index);
}

void set_loopback_aside(Observation& observation, std::span<const WantedAddress> wanted) {
    const auto waits = [&](const AssignedAddress& seen) {
        const bool ours = std::any_of(wanted.begin(), wanted.end(), [&](const auto& each) {
            return each.address == seen.address;
        });
        const bool loopback = std::any_of(
            observation.others.begin(), observation.others.end(),
            [&](const auto& other) { return other.index == seen.interface && other.loopback; });
        return ours && loopback && seen.prefix == 32 && seen.address.family() == Family::ipv4;
    };
    auto& all = observation.addresses;
    const auto kept = std::stable_partition(all.begin(), all.end(),
                                            [&](const auto& seen) { return !waits(seen); });
    observation.waiting.insert(observation.waiting.end(), kept, all.end());
    all.erase(kept, all.end());
}

Assessment assess(std::span<const WantedAddress> wanted, const Observation& observation) {
    Assessment result;
    std::size_t on_interface = 0;
    std::string trouble;
    for (const WantedAddress& each : wanted) {
        const Finding finding = find(each, observation);
        on_interface += finding.place == Place::here || finding.place == Place::wrong_prefix;
        if (trouble.empty()) {
            trouble = trouble_with(finding, observation);
        }
        result.findings.push_back(finding);
    }
    if (on_interface == 0) {
        result.standing = Standing::stopped;
    } else if (trouble.empty()) {
        result.standing = Standing::running;
    } else {
        result.standing = Standing::faulty;
        result.reason = trouble;
    }
    return result;
}

Status may_start(const Assessment& assessment, const Observation& observation) {
    for (const Finding& finding : assessment.findings) {
        if (finding.place == Place::elsewhere || finding.place == Place::wrong_prefix) {
            return fail(ErrorKind::conflict,
                        fmt::format("{} already and not by this resource: remove it there",
                                    trouble_with(finding, observation)));
        }
    }
    return {};
}

Result<std::vector<AssignedAddress>> complete(const Settings& settings,
                                              const Observation& observation) {
    const network::Interface& interface = *observation.interface;
    std::string label;
    if (!settings.label.empty()) {
        label = fmt::format("{}:{}", interface.name, settings.label);
        if (label.size() > 15) {
            return fail(ErrorKind::invalid_config,
                        fmt::format("label {} is longer than 15 characters", label));
        }
    }
    std::vector<AssignedAddress> addresses;
    for (const WantedAddress& wanted : settings.addresses) {
        const auto prefix = prefix_for(wanted, observation);
        if (!prefix) {
            return fail(prefix.error());
        }
        const bool ipv4 = wanted.address.family() == Family::ipv4;
        addresses.push_back({.interface = interface.index,
                             .address = wanted.address,
                             .prefix = *prefix,
                             .scope = scope_of(wanted.address),
                             .label = ipv4 ? label : "",
                             .broadcast = broadcast_for(settings, wanted.address, *prefix),
                             .preferred_lifetime = settings.preferred_lifetime,
                             .no_prefix_route = settings.no_prefix_route});
    }
    return addresses;
}

} // namespace twinsite::vip
