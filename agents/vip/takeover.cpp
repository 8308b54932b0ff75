#include "agents/vip/takeover.hpp"

#include "agents/vip/release.hpp"

#include <twinsite/log/log.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace twinsite::vip {

namespace {

using network::AssignedAddress;
using network::Family;
using network::Interface;
using network::IpAddress;
using network::Route;
using network::Rule;

constexpr Milliseconds link_patience{5000};
constexpr Milliseconds link_poll{50};
/// Duplicate address detection: a random delay of up to 1 s, then 1 s for each question (RFC 4862).
constexpr Milliseconds kernel_patience{5000};

std::vector<Route> routes_of(const Settings& settings, unsigned interface) {
    std::vector<Route> routes;
    for (const WantedRoute& wanted : settings.routes) {
        const auto source = std::find_if(
            settings.addresses.begin(), settings.addresses.end(),
            [&](const auto& each) { return each.address.family() == wanted.destination.family(); });
        routes.push_back({.destination = wanted.destination,
                          .prefix = wanted.prefix,
                          .interface = interface,
                          .gateway = wanted.gateway,
                          .source = source->address,
                          .metric = wanted.metric,
                          .table = wanted.table});
    }
    return routes;
}

std::vector<Rule> rules_of(const Settings& settings) {
    std::vector<Rule> rules;
    if (settings.rule_table) {
        for (const WantedAddress& wanted : settings.addresses) {
            rules.push_back({.source = wanted.address,
                             .prefix = wanted.address.bits(),
                             .table = *settings.rule_table,
                             .priority = settings.rule_priority});
        }
    }
    return rules;
}

std::vector<network::AddressLabel> labels_of(const Settings& settings) {
    std::vector<network::AddressLabel> labels;
    for (const WantedAddress& wanted : settings.addresses) {
        if (settings.address_label && wanted.address.family() == Family::ipv6) {
            labels.push_back({.prefix = wanted.address,
                              .bits = wanted.address.bits(),
                              .label = *settings.address_label});
        }
    }
    return labels;
}

/// What waits on a loopback interface now, and what an earlier start took from there.
std::vector<AssignedAddress> waiting_of(const std::vector<AssignedAddress>& now,
                                        const std::vector<AssignedAddress>& recorded) {
    auto all = now;
    for (const AssignedAddress& each : recorded) {
        const bool known = std::any_of(now.begin(), now.end(), [&](const AssignedAddress& other) {
            return other.address == each.address && other.interface == each.interface;
        });
        if (!known) {
            all.push_back(each);
        }
    }
    return all;
}

/// Of WANTED, what is to be added now (MISSING) or was added by an earlier start (RECORDED): the
/// rest was there before us and stays when we go.
template <typename Value>
std::vector<Value> ours(const std::vector<Value>& wanted, const std::vector<Value>& missing,
                        const std::vector<Value>& recorded) {
    std::vector<Value> result;
    for (const Value& each : wanted) {
        const bool added = std::find(missing.begin(), missing.end(), each) != missing.end() ||
                           std::find(recorded.begin(), recorded.end(), each) != recorded.end();
        if (added) {
            result.push_back(each);
        }
    }
    return result;
}

template <typename Value, typename Add>
Status add_each(const std::vector<Value>& missing, std::vector<Value>& added, Add add) {
    for (const Value& each : missing) {
        if (auto done = add(each); !done) {
            return done;
        }
        added.push_back(each);
    }
    return {};
}

} // namespace

void announce(const Tools& tools, const Interface& interface,
              std::span<const WantedAddress> addresses) {
    for (const WantedAddress& wanted : addresses) {
        if (!network::has_neighbours(interface, wanted.address.family())) {
            continue;
        }
        if (auto sent = tools.segment.announce(interface, wanted.address); !sent) {
            log::error("announcing {}: {}", wanted.address.text(), sent.error().message);
        }
    }
}

WatchPlan watch_plan(const Settings& settings, unsigned announcements) {
    return {.announcements = announcements,
            .interval = settings.announcement_interval,
            .keep_watching = settings.watch};
}

void leave_guard(const Tools& tools, const Record& record, const WatchPlan& plan) {
    if (plan.announcements == 0 && !plan.keep_watching) {
        return;
    }
    if (auto begun = tools.guard.begin(record, plan); !begun) {
        log::error("no background process for announcements and conflicts: {}",
                   begun.error().message);
    }
}

Result<Interface> Takeover::working_link(const Interface& interface) {
    if (!interface.up) {
        log::info("setting interface {} up", interface.name);
        if (auto done = tools_.network.bring_up(interface.index); !done) {
            return fail(done.error().in(interface.name));
        }
    }
    Result<Interface> now = interface;
    // A link that was just set up negotiates for a moment.
    const auto deadline = deadline_.within(tools_.clock, link_patience);
    const bool works = poll_until(tools_.clock, deadline, link_poll, [&] {
        now = tools_.network.interface_at(interface.index);
        return !now || !settings_.check_link || network::link_trouble(*now).empty();
    });
    if (now && !works) {
        return fail(ErrorKind::unreachable,
                    fmt::format("interface {} {}", now->name, network::link_trouble(*now)));
    }
    return now;
}

Result<std::vector<IpAddress>> Takeover::ask_segment(const Interface& interface,
                                                     const Addresses& missing) {
    std::vector<IpAddress> asked;
    for (const AssignedAddress& address : missing) {
        const Family family = address.address.family();
        const bool told_not_to = family == Family::ipv6 && settings_.no_dad;
        if (network::has_neighbours(interface, family) && !told_not_to) {
            asked.push_back(address.address);
        }
    }
    if (asked.empty() || settings_.probe.count == 0 || !interface.carrier) {
        return std::vector<IpAddress>{};
    }
    const auto all = tools_.network.interfaces();
    if (!all) {
        return fail(all.error());
    }
    std::vector<network::LinkAddress> own;
    for (const Interface& each : *all) {
        own.push_back(each.link_address);
    }
    const auto claim = tools_.segment.probe(interface, asked, own, settings_.probe, deadline_);
    if (!claim) {
        return fail(claim.error().in("asking whether the address is free"));
    }
    if (claim->has_value()) {
        return fail(ErrorKind::conflict,
                    fmt::format("{} is in use by {} on {}'s network: not taken",
                                (*claim)->address.text(), (*claim)->by.text(), interface.name));
    }
    return asked;
}

/// What nobody asked about, the kernel asks about itself (IPv6), and is not used until it has.
Status Takeover::await_kernel(const Interface& interface, const Addresses& added) {
    const bool asks = interface.carrier &&
                      std::any_of(added.begin(), added.end(), [](const AssignedAddress& each) {
                          return each.address.family() == Family::ipv6 && !each.no_dad;
                      });
    if (!asks) {
        return {};
    }
    Status trouble;
    const auto settled = [&](const AssignedAddress& wanted) {
        const auto all = tools_.network.addresses(Family::ipv6);
        if (!all) {
            trouble = fail(all.error());
            return true;
        }
        const auto seen = std::find_if(all->begin(), all->end(), [&](const auto& each) {
            return each.interface == wanted.interface && each.address == wanted.address;
        });
        if (seen != all->end() && seen->duplicate) {
            trouble = fail(ErrorKind::conflict,
                           fmt::format("{} is in use by another machine on {}'s network, says the "
                                       "kernel: not taken",
                                       wanted.address.text(), interface.name));
        }
        return seen == all->end() || !seen->tentative || seen->duplicate;
    };
    const auto deadline = deadline_.within(tools_.clock, kernel_patience);
    const bool done = poll_until(tools_.clock, deadline, link_poll, [&] {
        return std::all_of(added.begin(), added.end(), [&](const AssignedAddress& each) {
            return each.address.family() != Family::ipv6 || each.no_dad || settled(each);
        });
    });
    if (!done) {
        return fail(ErrorKind::timeout,
                    fmt::format("the kernel has not finished asking whether the address is free "
                                "on {}'s network",
                                interface.name));
    }
    return trouble;
}

Result<Takeover::Plan> Takeover::plan(const Observation& seen, const Assessment& before) {
    auto addresses = complete(settings_, seen);
    if (!addresses) {
        return fail(addresses.error());
    }
    const Interface& interface = *seen.interface;
    Plan plan;
    for (Record* each : {&plan.whole, &plan.missing}) {
        each->interface = interface.index;
        each->interface_name = interface.name;
    }
    for (std::size_t i = 0; i < addresses->size(); ++i) {
        AssignedAddress& address = addresses->at(i);
        if (before.findings.at(i).place == Place::here) {
            address.prefix = before.findings.at(i).seen.prefix;
        } else {
            plan.missing.addresses.push_back(address);
        }
    }
    plan.whole.addresses = std::move(*addresses);

    const Observer observer(tools_.network, tools_.record);
    const auto routes = routes_of(settings_, interface.index);
    const auto rules = rules_of(settings_);
    auto missing_routes = observer.missing(routes);
    auto missing_rules = observer.missing(rules);
    if (!missing_routes || !missing_rules) {
        return fail(missing_routes ? missing_rules.error() : missing_routes.error());
    }
    const auto labels = labels_of(settings_);
    auto missing_labels = observer.missing(labels);
    if (!missing_labels) {
        return fail(missing_labels.error());
    }
    plan.missing.routes = std::move(*missing_routes);
    plan.missing.rules = std::move(*missing_rules);
    plan.missing.labels = std::move(*missing_labels);
    plan.missing.waiting = seen.waiting;
    const Record recorded = tools_.record.read().value_or(Record{});
    plan.whole.routes = ours(routes, plan.missing.routes, recorded.routes);
    plan.whole.rules = ours(rules, plan.missing.rules, recorded.rules);
    plan.whole.labels = ours(labels, plan.missing.labels, recorded.labels);
    plan.whole.waiting = waiting_of(seen.waiting, recorded.waiting);
    return plan;
}

void Takeover::undo(const Record& added) {
    for (const Status& done : undone(tools_.network, added)) {
        if (!done) {
            log::error("undo: {}", done.error().message);
        }
    }
}

Status Takeover::add(const Record& missing) {
    network::Network& network = tools_.network;
    Record added;
    Status done = add_each(missing.waiting, added.waiting,
                           [&](const auto& each) { return network.remove_address(each); });
    if (done) {
        done = add_each(missing.labels, added.labels,
                        [&](const auto& each) { return network.add_address_label(each); });
    }
    if (done) {
        done = add_each(missing.addresses, added.addresses,
                        [&](const auto& each) { return network.add_address(each); });
    }
    if (done) {
        done = add_each(missing.routes, added.routes,
                        [&](const auto& each) { return network.add_route(each); });
    }
    if (done) {
        done = add_each(missing.rules, added.rules,
                        [&](const auto& each) { return network.add_rule(each); });
    }
    if (!done) {
        undo(added);
    }
    return done;
}

void Takeover::announce_all(const Interface& interface, const Record& record) {
    announce(tools_, interface, settings_.addresses);
    unsigned left = settings_.announcements - 1;
    Milliseconds wait = settings_.announcement_interval;
    for (; !settings_.announce_in_background && left > 0; --left, wait *= 2) {
        if (deadline_.left(tools_.clock) < wait) {
            log::warning("no time is left for {} more announcements", left);
            left = 0;
            break;
        }
        tools_.clock.pause(wait);
        announce(tools_, interface, settings_.addresses);
    }
    leave_guard(tools_, record, watch_plan(settings_, left));
}

Status Takeover::run(const Observation& seen, const Assessment& before) {
    auto what = plan(seen, before);
    if (!what) {
        return fail(what.error());
    }
    const auto interface = working_link(*seen.interface);
    if (!interface) {
        return fail(interface.error());
    }
    const auto asked = ask_segment(*interface, what->missing.addresses);
    if (!asked) {
        return fail(asked.error());
    }
    for (AssignedAddress& each : what->missing.addresses) {
        each.no_dad = settings_.no_dad ||
                      std::find(asked->begin(), asked->end(), each.address) != asked->end();
    }
    if (auto ended = tools_.guard.end(deadline_); !ended) {
        return ended;
    }
    tools_.guard.clear();
    // Before the first change, so that a stop knows what to undo whenever we are killed.
    if (auto written = tools_.record.write(what->whole); !written) {
        return written;
    }
    auto added = add(what->missing);
    if (added) {
        added = await_kernel(*interface, what->missing.addresses);
        if (!added) {
            undo(what->missing);
        }
    }
    if (!added) {
        if (before.standing == Standing::stopped) {
            tools_.record.remove();
        }
        return added;
    }
    announce_all(*interface, what->whole);
    return {};
}

} // namespace twinsite::vip
