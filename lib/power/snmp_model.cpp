#include <twinsite/base/text.hpp>
#include <twinsite/power/snmp_model.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <functional>

namespace twinsite::power {

namespace {

using Numbers = std::vector<std::uint32_t>;

/// One number per part of the identifier, in the family's own counting.
std::string shortest(const SnmpModel& model, const Numbers& numbers) {
    std::size_t first = 0;
    while (first + 1 < numbers.size() && model.identifier[first].default_value == numbers[first]) {
        ++first;
    }
    return Oid(Numbers(numbers.begin() + static_cast<std::ptrdiff_t>(first), numbers.end())).text();
}

std::optional<Numbers> numbers_of(const SnmpModel& model, std::string_view text) {
    const auto given = Oid::parse(text);
    if (!given || text.starts_with('.') || given->size() > model.identifier.size()) {
        return std::nullopt;
    }
    Numbers numbers;
    const std::size_t missing = model.identifier.size() - given->size();
    for (std::size_t i = 0; i < missing; ++i) {
        if (!model.identifier[i].default_value) {
            return std::nullopt;
        }
        numbers.push_back(*model.identifier[i].default_value);
    }
    numbers.insert(numbers.end(), given->numbers().begin(), given->numbers().end());
    return numbers;
}

/// A value as it is written in a model's tables of values.
std::optional<std::string> key_of(const SnmpValue& value) {
    if (const auto* number = std::get_if<std::int64_t>(&value)) {
        return fmt::format("{}", *number);
    }
    if (const auto* text = std::get_if<std::string>(&value)) {
        return std::string(trim(*text));
    }
    return std::nullopt;
}

using Columns = std::map<Oid, const SnmpValue*>;

Result<std::uint32_t> part_value(const IdentifierPart& part, const Columns& values,
                                 const Oid& row) {
    const auto found = values.find(part.column->at(row));
    const auto* number = found == values.end() ? nullptr : std::get_if<std::int64_t>(found->second);
    if (number == nullptr || *number < 0 || *number > UINT32_MAX) {
        return fail(ErrorKind::protocol,
                    fmt::format("row {} has no {} number", row.text(), part.name));
    }
    return static_cast<std::uint32_t>(*number);
}

Result<Numbers> identify(const SnmpModel& model, const Columns& values, const Oid& row) {
    if (!model.rows_from_columns()) {
        if (row.size() != model.identifier.size()) {
            return fail(ErrorKind::protocol, fmt::format("row {} does not have {} numbers",
                                                         row.text(), model.identifier.size()));
        }
        Numbers numbers = row.numbers();
        for (std::size_t i = 0; i < numbers.size(); ++i) {
            numbers[i] += 1 - model.identifier[i].counts_from;
        }
        return numbers;
    }
    Numbers numbers;
    for (const IdentifierPart& part : model.identifier) {
        const auto number = part_value(part, values, row);
        if (!number) {
            return fail(number.error());
        }
        numbers.push_back(*number);
    }
    return numbers;
}

std::string name_at(const SnmpModel& model, const Columns& values, const Oid& row) {
    if (!model.name) {
        return {};
    }
    const auto found = values.find(model.name->at(row));
    const auto* text = found == values.end() ? nullptr : std::get_if<std::string>(found->second);
    return text == nullptr ? std::string{} : std::string(trim(*text));
}

} // namespace

std::optional<std::string> canonical_identifier(const SnmpModel& model, std::string_view text) {
    const auto numbers = numbers_of(model, text);
    return numbers ? std::optional(shortest(model, *numbers)) : std::nullopt;
}

std::optional<Oid> row_of_identifier(const SnmpModel& model, std::string_view identifier) {
    auto numbers = numbers_of(model, identifier);
    if (!numbers || model.rows_from_columns()) {
        return std::nullopt;
    }
    for (std::size_t i = 0; i < numbers->size(); ++i) {
        const std::uint32_t less = 1 - model.identifier[i].counts_from;
        if ((*numbers)[i] < less) {
            return std::nullopt;
        }
        (*numbers)[i] -= less;
    }
    return Oid(std::move(*numbers));
}

std::vector<Oid> list_columns(const SnmpModel& model) {
    std::vector<Oid> columns{model.status.column()};
    if (model.rows_from_columns()) {
        for (const IdentifierPart& part : model.identifier) {
            columns.push_back(part.column->column());
        }
    }
    if (model.name) {
        columns.push_back(model.name->column());
    }
    return columns;
}

Result<std::vector<OutletRow>> outlets_of(const SnmpModel& model,
                                          std::span<const VarBind> bindings) {
    Columns values;
    for (const VarBind& binding : bindings) {
        values[binding.oid] = &binding.value;
    }
    std::map<Numbers, OutletRow> sorted;
    for (const VarBind& binding : bindings) {
        const auto row = model.status.row_of(binding.oid);
        if (!row) {
            continue;
        }
        const auto numbers = identify(model, values, *row);
        if (!numbers) {
            return fail(numbers.error());
        }
        const std::string identifier = shortest(model, *numbers);
        const OutletRow found{{identifier, name_at(model, values, *row)}, *row};
        if (!sorted.emplace(*numbers, found).second) {
            return fail(ErrorKind::protocol,
                        fmt::format("the device shows outlet {} twice", identifier));
        }
    }
    std::vector<OutletRow> rows;
    rows.reserve(sorted.size());
    for (auto& [numbers, row] : sorted) {
        rows.push_back(std::move(row));
    }
    return rows;
}

std::vector<Oid> state_objects(const SnmpModel& model, const Oid& row) {
    std::vector<Oid> objects{model.status.at(row)};
    for (const Check& check : model.checks) {
        objects.push_back(check.object.at(row));
    }
    return objects;
}

namespace {

OutletReading decode_status(const SnmpModel& model, const SnmpValue& value) {
    if (std::holds_alternative<Missing>(value)) {
        return {OutletState::unknown, "the device has no such outlet"};
    }
    const auto key = key_of(value);
    const auto found = key ? model.status_values.find(*key) : model.status_values.end();
    if (found == model.status_values.end()) {
        return {OutletState::unknown,
                fmt::format("the device reports {}, which is no known state", to_text(value))};
    }
    const bool plain = found->second == OutletState::on || found->second == OutletState::off;
    return {found->second,
            plain ? std::string{} : fmt::format("the device reports state {}", *key)};
}

/// nullopt: all is well.
std::optional<OutletReading> decode_check(const Check& check, const SnmpValue& value) {
    if (std::holds_alternative<Missing>(value)) {
        if (check.optional) {
            return std::nullopt;
        }
        return OutletReading{OutletState::unknown,
                             fmt::format("the device does not tell its {}", check.name)};
    }
    const auto key = key_of(value);
    const auto found = key ? check.values.find(*key) : check.values.end();
    if (found == check.values.end()) {
        return OutletReading{OutletState::unknown, fmt::format("its {} is {}, which is unknown",
                                                               check.name, to_text(value))};
    }
    if (!found->second) {
        return std::nullopt;
    }
    return OutletReading{*found->second, fmt::format("its {} is {}", check.name, *key)};
}

int severity(OutletState state) {
    switch (state) {
    case OutletState::on:
    case OutletState::off:
        return 0;
    case OutletState::pending:
        return 1;
    case OutletState::unknown:
        return 2;
    case OutletState::error:
        return 3;
    }
    return 3;
}

} // namespace

OutletReading decode(const SnmpModel& model, std::span<const VarBind> answers) {
    if (answers.size() != model.checks.size() + 1) {
        return {OutletState::unknown, "the device's answer is not complete"};
    }
    OutletReading worst = decode_status(model, answers[0].value);
    for (std::size_t i = 0; i < model.checks.size(); ++i) {
        const auto reading = decode_check(model.checks[i], answers[i + 1].value);
        if (reading && severity(reading->state) > severity(worst.state)) {
            worst = *reading;
        }
        // A check that says "on" overrules a status that says "off": never the other way round.
        if (reading && reading->state == OutletState::on && worst.state == OutletState::off) {
            worst = *reading;
        }
    }
    return worst;
}

std::vector<const Model*> candidates(std::span<const Model> models, const Oid& system_identifier) {
    std::multimap<std::size_t, const Model*, std::greater<>> sorted;
    for (const Model& model : models) {
        std::size_t longest = 0;
        for (const Oid& prefix : model.snmp ? model.snmp->system_identifiers : std::vector<Oid>{}) {
            if (system_identifier.starts_with(prefix)) {
                longest = std::max(longest, prefix.size());
            }
        }
        if (longest > 0) {
            sorted.emplace(longest, &model);
        }
    }
    std::vector<const Model*> found;
    for (const auto& [length, model] : sorted) {
        found.push_back(model);
    }
    return found;
}

bool knows_status(const SnmpModel& model, const SnmpValue& value) {
    const auto key = key_of(value);
    return key && model.status_values.contains(*key);
}

} // namespace twinsite::power
