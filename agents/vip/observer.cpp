#include "agents/vip/observer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace twinsite::vip {

namespace {

using network::AssignedAddress;
using network::Family;
using network::Interface;
using network::Route;
using network::Rule;

bool wants(std::span<const WantedAddress> wanted, Family family) {
    return std::any_of(wanted.begin(), wanted.end(), [family](const WantedAddress& each) {
        return each.address.family() == family;
    });
}

bool wants(std::span<const WantedAddress> wanted, const AssignedAddress& seen) {
    return std::any_of(wanted.begin(), wanted.end(),
                       [&](const WantedAddress& each) { return each.address == seen.address; });
}

template <typename Value>
void append(std::vector<Value>& to, std::vector<Value> more) {
    to.insert(to.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

/// The kernel fills in what was left open: IPv6's metric, a rule's priority. Another source is no
/// other route to it.
bool serves(const Route& seen, const Route& wanted) {
    Route filled = wanted;
    filled.source = seen.source;
    filled.metric = wanted.metric == 0 ? seen.metric : wanted.metric;
    return seen == filled;
}

bool serves(const Rule& seen, const Rule& wanted) {
    Rule filled = wanted;
    filled.priority = wanted.priority == 0 ? seen.priority : wanted.priority;
    return seen == filled;
}

template <typename Value>
bool served(const std::vector<Value>& seen, const Value& wanted) {
    return std::any_of(seen.begin(), seen.end(),
                       [&](const Value& each) { return serves(each, wanted); });
}

} // namespace

Result<Interface> Observer::find_interface(std::span<const WantedAddress> wanted,
                                           const std::string& nic, const Observation& seen) const {
    // Where start put it counts more than a name: the interface may have been renamed.
    if (const auto record = record_.read()) {
        const bool there = std::any_of(
            seen.addresses.begin(), seen.addresses.end(), [&](const AssignedAddress& address) {
                return address.interface == record->interface && wants(wanted, address);
            });
        if (there) {
            return network_.interface_at(record->interface);
        }
    }
    if (!nic.empty()) {
        return network_.interface_named(nic);
    }
    const network::IpAddress& first = wanted.front().address;
    if (first.is_loopback()) {
        return network_.interface_named("lo");
    }
    const Route* route = connected_route(seen.routes, first, 0);
    if (route == nullptr) {
        return fail(
            ErrorKind::not_found,
            fmt::format("no interface has a connected route to {}: set nic and cidr_netmask",
                        first.text()));
    }
    return network_.interface_at(route->interface);
}

Result<Observation> Observer::addresses(std::span<const WantedAddress> wanted,
                                        const std::string& nic, bool with_prefixes) const {
    Observation seen;
    const bool lacks_prefix =
        std::any_of(wanted.begin(), wanted.end(), [](const auto& each) { return !each.prefix; });
    for (const Family family : {Family::ipv4, Family::ipv6}) {
        if (!wants(wanted, family)) {
            continue;
        }
        auto addresses = network_.addresses(family);
        if (!addresses) {
            return fail(addresses.error());
        }
        append(seen.addresses, std::move(*addresses));
        if (nic.empty() || (with_prefixes && lacks_prefix)) {
            auto routes = network_.routes(family, network::main_table);
            if (!routes) {
                return fail(routes.error());
            }
            append(seen.routes, std::move(*routes));
        }
    }
    seen.interface = find_interface(wanted, nic, seen);
    if (!seen.interface && seen.interface.error().kind != ErrorKind::not_found) {
        return fail(seen.interface.error());
    }
    for (const AssignedAddress& address : seen.addresses) {
        const bool here = seen.interface && address.interface == seen.interface->index;
        if (!here && wants(wanted, address)) {
            if (auto other = network_.interface_at(address.interface)) {
                seen.others.push_back(std::move(*other));
            }
        }
    }
    return seen;
}

Result<std::vector<network::IpAddress>> Observer::gateways(unsigned interface) const {
    std::vector<network::IpAddress> found;
    for (const Family family : {Family::ipv4, Family::ipv6}) {
        const auto routes = network_.routes(family, network::main_table);
        if (!routes) {
            return fail(routes.error());
        }
        for (const Route& route : *routes) {
            if (route.prefix == 0 && route.gateway && route.interface == interface) {
                found.push_back(*route.gateway);
            }
        }
    }
    return found;
}

Result<std::vector<Route>> Observer::missing(const std::vector<Route>& wanted) const {
    std::vector<Route> result;
    for (const Route& route : wanted) {
        const auto seen = network_.routes(route.destination.family(), route.table);
        if (!seen) {
            return fail(seen.error());
        }
        if (!served(*seen, route)) {
            result.push_back(route);
        }
    }
    return result;
}

Result<std::vector<Rule>> Observer::missing(const std::vector<Rule>& wanted) const {
    std::vector<Rule> result;
    for (const Rule& rule : wanted) {
        const auto seen = network_.rules(rule.source.family());
        if (!seen) {
            return fail(seen.error());
        }
        if (!served(*seen, rule)) {
            result.push_back(rule);
        }
    }
    return result;
}

Result<std::vector<network::AddressLabel>>
Observer::missing(const std::vector<network::AddressLabel>& wanted) const {
    if (wanted.empty()) {
        return wanted;
    }
    const auto seen = network_.address_labels();
    if (!seen) {
        return fail(seen.error());
    }
    auto result = wanted;
    std::erase_if(result, [&](const auto& label) {
        return std::find(seen->begin(), seen->end(), label) != seen->end();
    });
    return result;
}

} // namespace twinsite::vip
