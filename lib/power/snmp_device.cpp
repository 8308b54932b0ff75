#include <twinsite/base/text.hpp>
#include <twinsite/power/device.hpp>
#include <twinsite/power/snmp_model.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace twinsite::power {

namespace {

/// Small devices answer large questions with "too big" or not at all.
constexpr std::size_t largest_question = 24;

class SnmpDevice final : public PowerDevice {
public:
    SnmpDevice(SnmpModel model, std::unique_ptr<SnmpClient> client)
        : model_(std::move(model))
        , client_(std::move(client)) {}

    [[nodiscard]] std::optional<std::string> canonical(std::string_view text) const override {
        return canonical_identifier(model_, text);
    }

    Result<std::vector<Outlet>> list(const Deadline& deadline) override {
        if (const auto loaded = load_rows(deadline); !loaded) {
            return fail(loaded.error());
        }
        std::vector<Outlet> outlets;
        for (const OutletRow& row : *rows_) {
            outlets.push_back(row.outlet);
        }
        return outlets;
    }

    Result<std::vector<OutletReading>> read(std::span<const std::string> identifiers,
                                            const Deadline& deadline) override {
        std::vector<Oid> objects;
        std::vector<bool> exists;
        for (const std::string& identifier : identifiers) {
            const auto row = row_of(identifier, deadline);
            if (!row) {
                return fail(row.error());
            }
            exists.push_back(row->has_value());
            if (*row) {
                const auto wanted = state_objects(model_, **row);
                objects.insert(objects.end(), wanted.begin(), wanted.end());
            }
        }
        const auto answers = get(objects, deadline);
        if (!answers) {
            return fail(answers.error());
        }
        std::vector<OutletReading> readings;
        std::span<const VarBind> rest(*answers);
        const std::size_t each = model_.checks.size() + 1;
        for (const bool there : exists) {
            if (!there) {
                readings.push_back({OutletState::unknown, "the device has no such outlet"});
                continue;
            }
            readings.push_back(decode(model_, rest.first(each)));
            rest = rest.subspan(each);
        }
        return readings;
    }

    Status command(const std::string& identifier, OutletCommand command,
                   const Deadline& deadline) override {
        const auto found = model_.commands.find(command);
        if (found == model_.commands.end()) {
            return fail(ErrorKind::invalid_config,
                        fmt::format("this family has no {} command", to_string(command)));
        }
        return send(identifier, found->second, deadline);
    }

    Result<WriteProof> prove_write(const std::string& identifier,
                                   const Deadline& deadline) override {
        if (!model_.no_operation) {
            return WriteProof::impossible;
        }
        return send(identifier, *model_.no_operation, deadline).map([] {
            return WriteProof::proven;
        });
    }

private:
    Status load_rows(const Deadline& deadline) {
        if (rows_) {
            return {};
        }
        std::vector<VarBind> all;
        for (const Oid& column : list_columns(model_)) {
            const auto rows = walk(*client_, column, deadline);
            if (!rows) {
                return fail(rows.error());
            }
            all.insert(all.end(), rows->begin(), rows->end());
        }
        auto outlets = outlets_of(model_, all);
        if (!outlets) {
            return fail(outlets.error());
        }
        if (outlets->empty()) {
            return fail(ErrorKind::protocol,
                        "the device shows no outlets: it is no PDU of this family");
        }
        rows_ = std::move(*outlets);
        return {};
    }

    Result<std::optional<Oid>> row_of(const std::string& identifier, const Deadline& deadline) {
        if (!model_.rows_from_columns()) {
            return row_of_identifier(model_, identifier);
        }
        if (const auto loaded = load_rows(deadline); !loaded) {
            return fail(loaded.error());
        }
        const auto found = std::find_if(rows_->begin(), rows_->end(), [&](const OutletRow& row) {
            return row.outlet.identifier == identifier;
        });
        return found == rows_->end() ? std::optional<Oid>{} : std::optional<Oid>(found->row);
    }

    Result<std::vector<VarBind>> get(std::span<const Oid> objects, const Deadline& deadline) {
        std::vector<VarBind> all;
        while (!objects.empty()) {
            const auto now = objects.first(std::min(objects.size(), largest_question));
            auto answers = client_->get(now, deadline);
            if (!answers) {
                return answers;
            }
            all.insert(all.end(), answers->begin(), answers->end());
            objects = objects.subspan(now.size());
        }
        return all;
    }

    Status send(const std::string& identifier, const SnmpCommand& command,
                const Deadline& deadline) {
        const auto row = row_of(identifier, deadline);
        if (!row) {
            return fail(row.error());
        }
        if (!*row) {
            return fail(ErrorKind::not_found, "the device has no such outlet");
        }
        const VarBind binding{command.object.at(**row), command.value};
        return client_->set({&binding, 1}, deadline);
    }

    SnmpModel model_;
    std::unique_ptr<SnmpClient> client_;
    std::optional<std::vector<OutletRow>> rows_;
};

/// SNMPv2-MIB::sysObjectID.0
const Oid system_object({1, 3, 6, 1, 2, 1, 1, 2, 0});
/// iso.org.dod.internet.private.enterprises and a vendor's number.
constexpr std::size_t enterprise_length = 7;

} // namespace

std::unique_ptr<PowerDevice> make_snmp_device(SnmpModel model, std::unique_ptr<SnmpClient> client) {
    return std::make_unique<SnmpDevice>(std::move(model), std::move(client));
}

Result<SnmpValue> system_identifier(SnmpClient& client, const Deadline& deadline) {
    return client.get({&system_object, 1}, deadline).map([](const auto& answer) {
        return answer.front().value;
    });
}

std::string enterprise_of(const SnmpValue& system) {
    const auto* identifier = std::get_if<Oid>(&system);
    if (identifier == nullptr || identifier->size() < enterprise_length) {
        return {};
    }
    const auto numbers = std::span(identifier->numbers()).first(enterprise_length);
    return fmt::format("{}", fmt::join(numbers, "."));
}

Result<Model> detect_model(SnmpClient& client, const SnmpValue& system,
                           std::span<const Model> models, const Deadline& deadline) {
    const auto* identifier = std::get_if<Oid>(&system);
    const auto possible =
        identifier == nullptr ? std::vector<const Model*>{} : candidates(models, *identifier);
    std::string names;
    for (const Model* model : possible) {
        const Oid& column = model->snmp->status.column();
        const auto rows = client.next(column, 1, deadline);
        if (!rows) {
            return fail(rows.error());
        }
        if (!rows->empty() && rows->front().oid.starts_with(column) &&
            knows_status(*model->snmp, rows->front().value)) {
            return *model;
        }
        names += (names.empty() ? "" : ", ") + model->name;
    }
    if (!possible.empty()) {
        return fail(
            ErrorKind::not_found,
            fmt::format("the device's sysObjectID {} is that of {}, but it shows no outlets "
                        "of that family: is it a switched PDU?",
                        to_text(system), names));
    }
    return fail(ErrorKind::not_found,
                fmt::format("the device's sysObjectID is {}, which no model knows: set the "
                            "parameter model, or add a model file as docs/fencing.md says",
                            to_text(system)));
}

} // namespace twinsite::power
