#include "agents/vip/release.hpp"

#include <twinsite/log/log.hpp>
#include <twinsite/network/connections.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace twinsite::vip {

namespace {

using network::AssignedAddress;
using network::Family;

/// How long a stop waits for the background process, whatever the deadline.
constexpr Milliseconds guard_patience{2000};

/// Whatever the prefix length: who adds the address of a running resource a second time with
/// another one makes it answer here all the same.
bool contains(const std::vector<AssignedAddress>& all, const AssignedAddress& one) {
    return std::any_of(all.begin(), all.end(), [&](const AssignedAddress& each) {
        return each.interface == one.interface && each.address == one.address;
    });
}

} // namespace

std::vector<Status> undone(network::Network& network, const Record& record) {
    std::vector<Status> all;
    const auto unless = [](Status done, ErrorKind harmless) {
        return !done && done.error().kind == harmless ? Status{} : done;
    };
    const auto gone = [&](Status done) { return unless(std::move(done), ErrorKind::not_found); };
    for (const network::Rule& rule : record.rules) {
        all.push_back(gone(network.remove_rule(rule)));
    }
    for (const network::Route& route : record.routes) {
        all.push_back(gone(network.remove_route(route)));
    }
    for (const AssignedAddress& address : record.addresses) {
        all.push_back(gone(network.remove_address(address)));
    }
    for (const network::AddressLabel& label : record.labels) {
        all.push_back(gone(network.remove_address_label(label)));
    }
    for (const AssignedAddress& address : record.waiting) {
        all.push_back(unless(network.add_address(address), ErrorKind::conflict));
    }
    return all;
}

Status Release::add_by_parameters(Record& found, const std::optional<Record>& record) {
    const auto wanted = read_addresses(request_);
    if (!wanted) {
        if (!record) {
            log::warning("{}; nothing was started, so nothing is stopped", wanted.error().message);
        }
        return {};
    }
    const std::string nic = nic_name(request_);
    auto seen = Observer(tools_.network, tools_.record).addresses(*wanted, nic, false);
    if (!seen) {
        return fail(seen.error());
    }
    if (request_.values.boolean("lvs_support")) {
        set_loopback_aside(*seen, *wanted);
    }
    for (const Finding& finding : assess(*wanted, *seen).findings) {
        if (finding.place == Place::absent || contains(found.addresses, finding.seen)) {
            continue;
        }
        // Without a nic and a route there is nothing that says it is somebody else's.
        const bool unplaced = !record && nic.empty() && !seen->interface;
        if (finding.place == Place::here || unplaced) {
            found.addresses.push_back(finding.seen);
        } else {
            log::warning("{}/{} is on interface {}, and not by this resource: left alone",
                         finding.address.text(), finding.seen.prefix,
                         name_of(*seen, finding.seen.interface));
        }
    }
    return {};
}

Result<Record> Release::ours() {
    const auto record = tools_.record.read();
    Record found;
    if (record) {
        for (const Family family : {Family::ipv4, Family::ipv6}) {
            const auto present = tools_.network.addresses(family);
            if (!present) {
                return fail(present.error());
            }
            for (const AssignedAddress& address : *present) {
                if (contains(record->addresses, address)) {
                    found.addresses.push_back(address);
                }
            }
        }
        found.routes = record->routes;
        found.rules = record->rules;
        found.labels = record->labels;
        found.waiting = record->waiting;
    }
    if (auto added = add_by_parameters(found, record); !added) {
        return fail(added.error());
    }
    return found;
}

void Release::reset_connections(const Record& record) {
    if (!request_.values.boolean("reset_connections")) {
        return;
    }
    for (const AssignedAddress& address : record.addresses) {
        const auto reset = network::reset_connections(address.address);
        if (!reset) {
            log::warning("connections of {} stay until they time out: {}", address.address.text(),
                         reset.error().message);
        } else if (*reset > 0) {
            log::info("reset {} connections of {}", *reset, address.address.text());
        }
    }
}

Status Release::run() {
    const auto found = ours();
    if (!found) {
        return fail(found.error());
    }
    // It must not announce an address that is about to go. If it hangs, the record's end ends it.
    if (auto ended = tools_.guard.end(request_.deadline.within(tools_.clock, guard_patience));
        !ended) {
        log::warning("{}", ended.error().message);
    }
    // Before the address goes: the reset is sent from it.
    reset_connections(*found);
    for (const Status& done : undone(tools_.network, *found)) {
        if (!done) {
            return done;
        }
    }
    const auto left = ours();
    if (!left) {
        return fail(left.error());
    }
    if (!left->addresses.empty()) {
        return fail(ErrorKind::internal,
                    fmt::format("{} is still there after its removal: somebody adds it again",
                                left->addresses.front().address.text()));
    }
    tools_.guard.clear();
    tools_.record.remove();
    return {};
}

} // namespace twinsite::vip
