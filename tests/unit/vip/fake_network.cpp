#include "tests/unit/vip/fake_network.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace twinsite::testing {

using namespace network;

namespace {

bool same(const AssignedAddress& a, const AssignedAddress& b) {
    return a.interface == b.interface && a.address == b.address && a.prefix == b.prefix;
}

template <typename Value>
Status take_out(std::vector<Value>& from, const Value& value) {
    const auto found = std::find(from.begin(), from.end(), value);
    if (found == from.end()) {
        return fail(ErrorKind::not_found, "no such entry");
    }
    from.erase(found);
    return {};
}

} // namespace

Interface& FakeNetwork::add_interface(unsigned index, const std::string& name) {
    const std::array<std::uint8_t, 6> link{0x52, 0x54, 0, 0, 0, static_cast<std::uint8_t>(index)};
    Interface& made = by_index[index];
    made = {.index = index,
            .name = name,
            .alternative_names = {},
            .link_address = LinkAddress(link),
            .hardware_type = 1,
            .up = true,
            .carrier = true,
            .operation = Operation::up};
    return made;
}

Status FakeNetwork::change(const std::string& what) {
    before_change();
    for (const auto& [key, error] : failures) {
        if (what.find(key) != std::string::npos) {
            return fail(error);
        }
    }
    changes.push_back(what);
    return {};
}

Result<Interface> FakeNetwork::interface_named(const std::string& name) {
    for (const auto& [index, interface] : by_index) {
        if (interface.name == name) {
            return interface;
        }
    }
    return fail(ErrorKind::not_found, fmt::format("interface {}: No such device", name));
}

Result<Interface> FakeNetwork::interface_at(unsigned index) {
    const auto found = by_index.find(index);
    if (found == by_index.end()) {
        return fail(ErrorKind::not_found, fmt::format("interface number {}: gone", index));
    }
    return found->second;
}

Result<std::vector<Interface>> FakeNetwork::interfaces() {
    std::vector<Interface> all;
    for (const auto& [index, interface] : by_index) {
        all.push_back(interface);
    }
    return all;
}

Result<std::vector<AssignedAddress>> FakeNetwork::addresses(Family family) {
    if (const auto failure = failures.find("addresses"); failure != failures.end()) {
        return fail(failure->second);
    }
    std::vector<AssignedAddress> some;
    std::copy_if(assigned.begin(), assigned.end(), std::back_inserter(some),
                 [family](const auto& each) { return each.address.family() == family; });
    return some;
}

Result<std::vector<Route>> FakeNetwork::routes(Family family, std::uint32_t table) {
    std::vector<Route> some;
    std::copy_if(route_list.begin(), route_list.end(), std::back_inserter(some),
                 [&](const auto& each) {
                     return each.destination.family() == family && each.table == table;
                 });
    return some;
}

Result<std::vector<Rule>> FakeNetwork::rules(Family family) {
    std::vector<Rule> some;
    std::copy_if(rule_list.begin(), rule_list.end(), std::back_inserter(some),
                 [family](const auto& each) { return each.source.family() == family; });
    return some;
}

Status FakeNetwork::add_address(const AssignedAddress& address) {
    if (auto done = change(fmt::format("add {}/{}", address.address.text(), address.prefix));
        !done) {
        return done;
    }
    assigned.push_back(address);
    assigned.back().duplicate = !address.no_dad && address.address.text() == another_has;
    return {};
}

Status FakeNetwork::remove_address(const AssignedAddress& address) {
    if (auto done = change(fmt::format("remove {}/{}", address.address.text(), address.prefix));
        !done) {
        return done;
    }
    const auto found = std::find_if(assigned.begin(), assigned.end(),
                                    [&](const auto& each) { return same(each, address); });
    if (found == assigned.end()) {
        return fail(ErrorKind::not_found, "no such address");
    }
    assigned.erase(found);
    return {};
}

Status FakeNetwork::bring_up(unsigned interface) {
    if (auto done = change(fmt::format("up {}", interface)); !done) {
        return done;
    }
    by_index.at(interface).up = true;
    return {};
}

Status FakeNetwork::add_route(const Route& route) {
    if (auto done = change(fmt::format("add route {}", route.destination.text())); !done) {
        return done;
    }
    route_list.push_back(route);
    return {};
}

Status FakeNetwork::remove_route(const Route& route) {
    auto done = change(fmt::format("remove route {}", route.destination.text()));
    return done ? take_out(route_list, route) : done;
}

Status FakeNetwork::add_rule(const Rule& rule) {
    if (auto done = change(fmt::format("add rule {}", rule.table)); !done) {
        return done;
    }
    rule_list.push_back(rule);
    return {};
}

Status FakeNetwork::remove_rule(const Rule& rule) {
    auto done = change(fmt::format("remove rule {}", rule.table));
    return done ? take_out(rule_list, rule) : done;
}

Status FakeNetwork::add_address_label(const AddressLabel& label) {
    if (auto done = change(fmt::format("add label {}", label.label)); !done) {
        return done;
    }
    label_list.push_back(label);
    return {};
}

Status FakeNetwork::remove_address_label(const AddressLabel& label) {
    auto done = change(fmt::format("remove label {}", label.label));
    return done ? take_out(label_list, label) : done;
}

Result<std::optional<Claim>> FakeSegment::probe(const Interface&,
                                                std::span<const IpAddress> addresses,
                                                std::span<const LinkAddress>, const ProbePlan& plan,
                                                const Deadline&) {
    if (failure) {
        return fail(*failure);
    }
    probes += plan.count;
    for (const Claim& claim : claims) {
        if (std::find(addresses.begin(), addresses.end(), claim.address) != addresses.end()) {
            return std::optional(claim);
        }
    }
    return std::optional<Claim>{};
}

Status FakeSegment::announce(const Interface&, const IpAddress& address) {
    announced.push_back(address.text());
    return {};
}

Result<bool> FakeSegment::answers(const Interface&, const IpAddress&, const IpAddress& neighbour,
                                  const Deadline&) {
    return std::find(answering.begin(), answering.end(), neighbour.text()) != answering.end();
}

Result<std::unique_ptr<Listener>> FakeSegment::listen(const Interface&, const IpAddress&,
                                                      std::span<const LinkAddress>) {
    return fail(ErrorKind::internal, "nobody listens to a fake");
}

} // namespace twinsite::testing
