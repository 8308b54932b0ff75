#include "device.hpp"

#include <twinsite/base/text.hpp>

#include <fmt/format.h>

namespace twinsite::pdu {

using power::Oid;
using power::OutletCommand;
using power::OutletState;
using power::SnmpAnswer;
using power::SnmpErrorStatus;
using power::SnmpOperation;
using power::SnmpRequest;
using power::SnmpValue;
using power::VarBind;

namespace {

const Oid system_description({1, 3, 6, 1, 2, 1, 1, 1, 0});
const Oid system_object({1, 3, 6, 1, 2, 1, 1, 2, 0});
const Oid system_name({1, 3, 6, 1, 2, 1, 1, 5, 0});

/// No UDP message should have to be taken apart.
constexpr std::size_t largest_answer = 40;

/// As models write a value: a number where it is one.
SnmpValue value_from(const std::string& key) {
    const auto number = parse_integer(key, INT32_MIN, INT32_MAX);
    return number ? SnmpValue(*number) : SnmpValue(key);
}

SnmpValue status_value(const power::SnmpModel& model, OutletState state) {
    for (const auto& [key, meaning] : model.status_values) {
        if (meaning == state) {
            return value_from(key);
        }
    }
    return power::Missing{};
}

SnmpValue check_value(const power::Check& check, std::optional<OutletState> state) {
    for (const auto& [key, meaning] : check.values) {
        if (meaning == state) {
            return value_from(key);
        }
    }
    for (const auto& [key, meaning] : check.values) {
        if (!meaning) {
            return value_from(key);
        }
    }
    return power::Missing{};
}

SnmpAnswer refuse(const SnmpRequest& request, SnmpErrorStatus error, std::size_t index) {
    if (request.v1 && error != SnmpErrorStatus::bad_value && error != SnmpErrorStatus::general) {
        error = error == SnmpErrorStatus::wrong_value || error == SnmpErrorStatus::wrong_type
                    ? SnmpErrorStatus::bad_value
                    : SnmpErrorStatus::no_such_name;
    }
    return {.bindings = request.bindings,
            .error = error,
            .error_index = static_cast<unsigned>(index + 1)};
}

} // namespace

Oid Device::row_of(unsigned outlet) const {
    if (snmp().rows_from_columns()) {
        return Oid({outlet + options_.row_offset});
    }
    std::vector<std::uint32_t> row;
    for (const power::IdentifierPart& part : snmp().identifier) {
        row.push_back(part.default_value.value_or(1) - 1 + part.counts_from);
    }
    row.back() = outlet - 1 + snmp().identifier.back().counts_from;
    return Oid(std::move(row));
}

void Device::add_outlet(Tree& tree, unsigned outlet) const {
    const power::SnmpModel& model = snmp();
    const Oid row = row_of(outlet);
    const Relay relay = relays_.at(outlet);
    const auto& now = model.commands.at(relay.on ? OutletCommand::on : OutletCommand::off);
    for (const auto& [command, how] : model.commands) {
        tree[how.object.at(row)] =
            how.object.at(row) == now.object.at(row) ? now.value : SnmpValue(0);
    }
    if (model.rows_from_columns()) {
        for (const power::IdentifierPart& part : model.identifier) {
            tree[part.column->at(row)] = static_cast<std::int64_t>(part.default_value.value_or(1));
        }
        tree[model.identifier.back().column->at(row)] = static_cast<std::int64_t>(outlet);
    }
    if (model.name) {
        const auto named = options_.outlet_names.find(outlet);
        tree[model.name->at(row)] =
            named == options_.outlet_names.end() ? fmt::format("Outlet {}", outlet) : named->second;
    }
    for (const power::Check& check : model.checks) {
        tree[check.object.at(row)] =
            check_value(check, relay.moving ? std::optional(OutletState::pending) : std::nullopt);
    }
    const SnmpValue pending = status_value(model, OutletState::pending);
    const bool shows_pending = relay.moving && !std::holds_alternative<power::Missing>(pending);
    tree[model.status.at(row)] = shows_pending ? pending : status_of(relay.on);
}

Device::Tree Device::tree() const {
    Tree tree;
    tree[system_description] = fmt::format("twinsite PDU simulator, {}", model_.title);
    tree[system_object] =
        snmp().system_identifiers.empty() ? Oid({0, 0}) : snmp().system_identifiers.front();
    tree[system_name] = options_.name;
    for (unsigned outlet = 1; options_.has_outlets && outlet <= relays_.count(); ++outlet) {
        add_outlet(tree, outlet);
    }
    return tree;
}

std::optional<unsigned> Device::outlet_of(const Oid& oid) const {
    for (unsigned outlet = 1; outlet <= relays_.count(); ++outlet) {
        Tree one;
        add_outlet(one, outlet);
        if (one.contains(oid)) {
            return outlet;
        }
    }
    return std::nullopt;
}

std::optional<unsigned> Device::outlet_of_status(const Oid& oid) const {
    for (unsigned outlet = 1; outlet <= relays_.count(); ++outlet) {
        if (snmp().status.at(row_of(outlet)) == oid) {
            return outlet;
        }
    }
    return std::nullopt;
}

SnmpValue Device::status_of(bool on) const {
    return status_value(snmp(), on ? OutletState::on : OutletState::off);
}

SnmpAnswer Device::answer(const SnmpRequest& request) {
    switch (request.operation) {
    case SnmpOperation::get:
        return get(request);
    case SnmpOperation::next:
    case SnmpOperation::bulk:
        return next(request);
    case SnmpOperation::set:
        return set(request);
    }
    return refuse(request, SnmpErrorStatus::general, 0);
}

SnmpAnswer Device::get(const SnmpRequest& request) const {
    const Tree all = tree();
    SnmpAnswer answer;
    for (std::size_t i = 0; i < request.bindings.size(); ++i) {
        const auto found = all.find(request.bindings[i].oid);
        if (found == all.end() && request.v1) {
            return refuse(request, SnmpErrorStatus::no_such_name, i);
        }
        answer.bindings.push_back(
            {request.bindings[i].oid, found == all.end() ? power::Missing{} : found->second});
    }
    return answer;
}

SnmpAnswer Device::next(const SnmpRequest& request) const {
    const Tree all = tree();
    SnmpAnswer answer;
    std::vector<VarBind> at = request.bindings;
    const unsigned rounds = request.operation == SnmpOperation::bulk ? request.repetitions : 1;
    for (unsigned round = 0; round < rounds && answer.bindings.size() < largest_answer; ++round) {
        for (std::size_t i = 0; i < at.size(); ++i) {
            const auto found = all.upper_bound(at[i].oid);
            if (found == all.end() && request.v1) {
                return refuse(request, SnmpErrorStatus::no_such_name, i);
            }
            at[i] = found == all.end() ? VarBind{at[i].oid, power::Missing{}}
                                       : VarBind{found->first, found->second};
            answer.bindings.push_back(at[i]);
        }
    }
    return answer;
}

std::variant<Device::Command, SnmpErrorStatus> Device::command_of(const VarBind& binding) const {
    bool writable = false;
    for (unsigned outlet = 1; outlet <= relays_.count(); ++outlet) {
        const Oid row = row_of(outlet);
        const auto& idle = snmp().no_operation;
        if (idle && idle->object.at(row) == binding.oid) {
            writable = true;
            if (idle->value == binding.value) {
                return Command{outlet, std::nullopt};
            }
        }
        for (const auto& [command, how] : snmp().commands) {
            if (how.object.at(row) == binding.oid) {
                writable = true;
                if (how.value == binding.value) {
                    return Command{outlet, command};
                }
            }
        }
    }
    return writable ? SnmpErrorStatus::wrong_value : SnmpErrorStatus::not_writable;
}

void Device::perform(const Command& command) {
    if (!command.command) {
        return;
    }
    switch (*command.command) {
    case OutletCommand::on:
        relays_.command(command.outlet, true);
        break;
    case OutletCommand::off:
        relays_.command(command.outlet, false);
        break;
    case OutletCommand::cycle:
        relays_.command(command.outlet, false);
        relays_.command(command.outlet, true, options_.cycle_pause);
        break;
    }
}

SnmpAnswer Device::set(const SnmpRequest& request) {
    std::vector<Command> commands;
    for (std::size_t i = 0; i < request.bindings.size(); ++i) {
        if (!request.may_write) {
            return refuse(request, SnmpErrorStatus::no_access, i);
        }
        const auto command = command_of(request.bindings[i]);
        if (const auto* error = std::get_if<SnmpErrorStatus>(&command)) {
            return refuse(request, *error, i);
        }
        commands.push_back(std::get<Command>(command));
    }
    for (const Command& command : commands) {
        perform(command);
    }
    return {.bindings = request.bindings};
}

} // namespace twinsite::pdu
