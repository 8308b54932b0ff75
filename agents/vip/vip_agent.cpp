#include "agents/vip/vip_agent.hpp"

#include <twinsite/log/log.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace twinsite::vip {

namespace {

using network::AssignedAddress;
using network::Family;
using network::Interface;
using network::IpAddress;
using ocf::ExitCode;
using ocf::Outcome;

constexpr Milliseconds link_patience{5000};
constexpr Milliseconds link_poll{50};

bool wants(std::span<const WantedAddress> wanted, Family family) {
    return std::any_of(wanted.begin(), wanted.end(), [family](const WantedAddress& each) {
        return each.address.family() == family;
    });
}

bool same_place(const AssignedAddress& a, const AssignedAddress& b) {
    return a.interface == b.interface && a.address == b.address && a.prefix == b.prefix;
}

bool contains(const std::vector<AssignedAddress>& all, const AssignedAddress& one) {
    return std::any_of(all.begin(), all.end(),
                       [&](const AssignedAddress& each) { return same_place(each, one); });
}

template <typename Value>
void append(std::vector<Value>& to, std::vector<Value> more) {
    to.insert(to.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
}

std::string list_of(std::span<const WantedAddress> wanted) {
    std::string text;
    for (const WantedAddress& each : wanted) {
        text += (text.empty() ? "" : ", ") + each.address.text();
    }
    return text;
}

} // namespace

Result<Interface> VipAgent::find_interface(std::span<const WantedAddress> wanted,
                                           const std::string& nic, const Observation& seen) {
    // Where start put it counts more than its name: the interface may have been renamed.
    if (const auto record = record_.read()) {
        const bool there = std::any_of(
            record->addresses.begin(), record->addresses.end(),
            [&](const AssignedAddress& ours) { return contains(seen.addresses, ours); });
        if (there) {
            return network_.interface_at(record->interface);
        }
    }
    if (!nic.empty()) {
        return network_.interface_named(nic);
    }
    if (wanted.front().address.is_loopback()) {
        return network_.interface_named("lo");
    }
    const auto* route = connected_route(seen.routes, wanted.front().address, 0);
    if (route == nullptr) {
        return fail(
            ErrorKind::not_found,
            fmt::format("no interface has a connected route to {}: set nic and cidr_netmask",
                        wanted.front().address.text()));
    }
    return network_.interface_at(route->interface);
}

Result<Observation> VipAgent::observe(std::span<const WantedAddress> wanted, const std::string& nic,
                                      bool with_prefixes) {
    Observation seen;
    const bool needs_prefix =
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
        if (nic.empty() || (with_prefixes && needs_prefix)) {
            auto routes = network_.routes(family);
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
        const bool wanted_elsewhere =
            (!seen.interface || address.interface != seen.interface->index) &&
            std::any_of(wanted.begin(), wanted.end(),
                        [&](const auto& each) { return each.address == address.address; });
        if (wanted_elsewhere) {
            if (auto other = network_.interface_at(address.interface)) {
                seen.others.push_back(std::move(*other));
            }
        }
    }
    return seen;
}

Result<Interface> VipAgent::working_link(const Settings& settings, Interface interface) {
    if (!interface.up) {
        log::info("setting interface {} up", interface.name);
        if (auto done = network_.bring_up(interface.index); !done) {
            return fail(done.error().in(interface.name));
        }
    }
    Result<Interface> now = interface;
    // A link that was just set up negotiates for a moment.
    const auto deadline = request_.deadline.within(clock_, link_patience);
    const bool works = poll_until(clock_, deadline, link_poll, [&] {
        now = network_.interface_at(interface.index);
        return !now || network::link_trouble(*now).empty() || !settings.check_link;
    });
    if (now && !works) {
        return fail(ErrorKind::unreachable,
                    fmt::format("interface {} {}", now->name, network::link_trouble(*now)));
    }
    return now;
}

Status VipAgent::ask_segment(const Settings& settings, const Interface& interface,
                             const Addresses& missing) {
    std::vector<IpAddress> asked;
    for (const AssignedAddress& address : missing) {
        const Family family = address.address.family();
        const bool skip = family == Family::ipv6 && settings.no_dad;
        if (network::has_neighbours(interface, family) && !skip) {
            asked.push_back(address.address);
        }
    }
    if (asked.empty() || settings.probe.count == 0) {
        return {};
    }
    const auto all = network_.interfaces();
    if (!all) {
        return fail(all.error());
    }
    std::vector<network::LinkAddress> own;
    for (const Interface& each : *all) {
        own.push_back(each.link_address);
    }
    const auto claim = segment_.probe(interface, asked, own, settings.probe, request_.deadline);
    if (!claim) {
        return fail(claim.error().in("asking whether the address is free"));
    }
    if (claim->has_value()) {
        return fail(ErrorKind::conflict,
                    fmt::format("{} is in use by {} on {}'s network: not taken",
                                (*claim)->address.text(), (*claim)->by.text(), interface.name));
    }
    return {};
}

Status VipAgent::add(const Addresses& missing) {
    for (auto each = missing.begin(); each != missing.end(); ++each) {
        if (auto added = network_.add_address(*each); !added) {
            for (auto undo = missing.begin(); undo != each; ++undo) {
                if (auto undone = network_.remove_address(*undo); !undone) {
                    log::error("undo: {}", undone.error().message);
                }
            }
            return added;
        }
    }
    return {};
}

void VipAgent::announce(const Interface& interface, std::span<const WantedAddress> addresses) {
    for (const WantedAddress& wanted : addresses) {
        if (!network::has_neighbours(interface, wanted.address.family())) {
            continue;
        }
        if (auto sent = segment_.announce(interface, wanted.address); !sent) {
            log::error("announcing {}: {}", wanted.address.text(), sent.error().message);
        }
    }
}

Status VipAgent::take(const Settings& settings, const Observation& seen, const Assessment& before) {
    auto complete_addresses = complete(settings, seen);
    if (!complete_addresses) {
        return fail(complete_addresses.error());
    }
    const auto interface = working_link(settings, *seen.interface);
    if (!interface) {
        return fail(interface.error());
    }
    Addresses missing;
    for (std::size_t i = 0; i < before.findings.size(); ++i) {
        AssignedAddress& address = complete_addresses->at(i);
        if (before.findings[i].place == Place::absent) {
            address.no_dad = true; // asked already, or told not to
            missing.push_back(address);
        } else {
            address.prefix = before.findings[i].seen.prefix;
        }
    }
    if (auto free = ask_segment(settings, *interface, missing); !free) {
        return free;
    }
    // Before the first change, so that a stop knows what to undo whenever we are killed.
    if (auto written = record_.write({.interface = interface->index,
                                      .interface_name = interface->name,
                                      .addresses = *complete_addresses});
        !written) {
        return written;
    }
    if (auto added = add(missing); !added) {
        if (missing.size() == complete_addresses->size()) {
            record_.remove();
        }
        return added;
    }
    announce(*interface, settings.addresses);
    return {};
}

Outcome VipAgent::start() {
    const auto settings = read_settings(request_);
    if (!settings) {
        return Outcome::of(settings.error());
    }
    const auto seen = observe(settings->addresses, settings->nic, true);
    if (!seen) {
        return Outcome::of(seen.error());
    }
    if (!seen->interface) {
        return Outcome::of(seen->interface.error());
    }
    const Assessment before = assess(settings->addresses, *seen);
    if (auto free = may_start(before, *seen); !free) {
        return Outcome::of(free.error());
    }
    if (auto taken = take(*settings, *seen, before); !taken) {
        return Outcome::of(taken.error());
    }
    const auto after = observe(settings->addresses, settings->nic, false);
    if (!after) {
        return Outcome::of(after.error());
    }
    const Assessment assessment = assess(settings->addresses, *after);
    if (assessment.standing != Standing::running) {
        return Outcome::of(ExitCode::error, fmt::format("added, but {}", assessment.reason.empty()
                                                                             ? "it is gone again"
                                                                             : assessment.reason));
    }
    log::info("{} answers on {}", list_of(settings->addresses), after->interface->name);
    return Outcome::ok();
}

Result<VipAgent::Addresses> VipAgent::ours_to_remove() {
    const auto record = record_.read();
    const auto wanted = read_addresses(request_);
    if (!wanted && !record) {
        log::warning("{}; nothing was started, so nothing is stopped", wanted.error().message);
        return Addresses{};
    }
    Addresses present;
    for (const Family family : {Family::ipv4, Family::ipv6}) {
        auto some = network_.addresses(family);
        if (!some) {
            return fail(some.error());
        }
        append(present, std::move(*some));
    }
    Addresses ours;
    if (record) {
        for (const AssignedAddress& address : present) {
            if (contains(record->addresses, address)) {
                ours.push_back(address);
            }
        }
    }
    if (!wanted) {
        return ours;
    }
    const std::string nic = nic_name(request_);
    const auto seen = observe(*wanted, nic, false);
    if (!seen) {
        return fail(seen.error());
    }
    for (const Finding& finding : assess(*wanted, *seen).findings) {
        if (finding.place == Place::absent || contains(ours, finding.seen)) {
            continue;
        }
        // Without a nic and a route there is nothing that says it is somebody else's.
        const bool unplaced = !record && nic.empty() && !seen->interface;
        if (finding.place != Place::elsewhere || unplaced) {
            ours.push_back(finding.seen);
        } else {
            log::warning("{} is on interface {}, where this resource did not put it: left alone",
                         finding.address.text(), name_of(*seen, finding.seen.interface));
        }
    }
    return ours;
}

Outcome VipAgent::stop() {
    const auto ours = ours_to_remove();
    if (!ours) {
        return Outcome::of(ours.error());
    }
    for (const AssignedAddress& address : *ours) {
        const auto removed = network_.remove_address(address);
        // Gone meanwhile, perhaps with its interface: that is what was wanted.
        if (!removed && removed.error().kind != ErrorKind::not_found) {
            return Outcome::of(removed.error());
        }
    }
    const auto left = ours_to_remove();
    if (!left) {
        return Outcome::of(left.error());
    }
    if (!left->empty()) {
        return Outcome::of(ExitCode::error,
                           fmt::format("{} is still on its interface after its removal",
                                       left->front().address.text()));
    }
    record_.remove();
    return Outcome::ok();
}

Outcome VipAgent::report_stopped(const Observation& seen, const Assessment& assessment) {
    if (request_.probe) {
        return Outcome::of(ExitCode::not_running);
    }
    if (!seen.interface) {
        return Outcome::of(ExitCode::error, seen.interface.error().message);
    }
    for (const Finding& finding : assessment.findings) {
        if (finding.place == Place::elsewhere) {
            return Outcome::of(ExitCode::error, fmt::format("{} is on interface {} instead of {}",
                                                            finding.address.text(),
                                                            name_of(seen, finding.seen.interface),
                                                            seen.interface->name));
        }
    }
    return Outcome::of(ExitCode::not_running);
}

Outcome VipAgent::monitor() {
    const auto settings = read_settings(request_);
    if (!settings) {
        return Outcome::of(settings.error());
    }
    const auto seen = observe(settings->addresses, settings->nic, false);
    if (!seen) {
        return Outcome::of(seen.error());
    }
    const Assessment assessment = assess(settings->addresses, *seen);
    if (assessment.standing == Standing::stopped) {
        return report_stopped(*seen, assessment);
    }
    if (assessment.standing == Standing::faulty) {
        return Outcome::of(ExitCode::error, assessment.reason);
    }
    const std::string trouble = network::link_trouble(*seen->interface);
    if (settings->check_link && !trouble.empty()) {
        return Outcome::of(ExitCode::error,
                           fmt::format("interface {} {}", seen->interface->name, trouble));
    }
    for (unsigned i = 0; i < settings->refresh_announcements; ++i) {
        announce(*seen->interface, settings->addresses);
    }
    return Outcome::ok();
}

Outcome VipAgent::validate() {
    const auto settings = read_settings(request_);
    if (!settings) {
        return Outcome::of(settings.error());
    }
    if (request_.check_level < 10) {
        return Outcome::ok(); // level 0 must not look at the node
    }
    const auto seen = observe(settings->addresses, settings->nic, true);
    if (!seen) {
        return Outcome::of(seen.error());
    }
    if (!seen->interface) {
        return Outcome::of(seen->interface.error());
    }
    return ocf::outcome_of(complete(*settings, *seen).map([](const auto&) {}));
}

} // namespace twinsite::vip
