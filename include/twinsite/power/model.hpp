// A family of PDUs as data: fencing/netpdu/models/*.json, read into these structs.
#pragma once

#include <twinsite/base/result.hpp>
#include <twinsite/power/http_model.hpp>
#include <twinsite/power/oid.hpp>
#include <twinsite/power/outlet.hpp>
#include <twinsite/power/snmp.hpp>

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace twinsite::power {

/// Where one outlet's objects are: "1.3.6.1.4.1.1.{index}.0". {index} stands for the row's index,
/// {index+1} for its last number raised by one; without either the index is the end.
class OidPattern {
public:
    static Result<OidPattern> parse(std::string_view text);

    [[nodiscard]] Oid at(const Oid& row) const;
    /// The row that OID belongs to, when it belongs to this pattern.
    [[nodiscard]] std::optional<Oid> row_of(const Oid& oid) const;
    /// The column to walk.
    [[nodiscard]] const Oid& column() const { return prefix_; }

private:
    Oid prefix_;
    Oid suffix_;
    std::int64_t shift_ = 0;
};

/// One number of an outlet's identifier: from a column of its row, else from the row's index.
struct IdentifierPart {
    std::string name;
    std::optional<OidPattern> column{};
    std::optional<std::uint32_t> default_value{}; ///< may be left out, in front
    std::uint32_t counts_from = 1;                ///< 0: index 0 is outlet 1
};

/// An object that can overrule the status: a pending command, a failed relay.
struct Check {
    std::string name; ///< for messages
    OidPattern object;
    /// nullopt: all is well. A value that is not listed is unknown.
    std::map<std::string, std::optional<OutletState>, std::less<>> values;
    bool optional = false; ///< older devices lack the object
};

struct SnmpCommand {
    OidPattern object;
    SnmpValue value;
};

struct SnmpModel {
    std::vector<Oid> system_identifiers; ///< prefixes of sysObjectID; the longest match wins
    std::vector<IdentifierPart> identifier;
    std::optional<OidPattern> name;
    OidPattern status;
    std::map<std::string, OutletState, std::less<>> status_values;
    std::vector<Check> checks;
    std::map<OutletCommand, SnmpCommand> commands;
    /// A write that switches nothing: proves write access.
    std::optional<SnmpCommand> no_operation;

    /// Rows are found by reading columns, not by computing them from the identifier.
    [[nodiscard]] bool rows_from_columns() const { return identifier.front().column.has_value(); }
};

struct Model {
    std::string name;
    std::string title;
    std::string verified_against;  ///< mib or device
    std::string source;            ///< the MIB or manual the data is from
    std::optional<SnmpModel> snmp; ///< exactly one of these two
    std::optional<HttpModel> http;
};

/// JSON (comments allowed) into a model. Errors invalid_config with the JSON path.
Result<Model> parse_model(std::string_view json);

struct LoadedModels {
    std::vector<Model> models;
    std::vector<std::string> complaints; ///< files left out, each with its reason
};

/// All *.json of FOLDER, by name. One broken file must not take the others away on the night they
/// are needed. With MENTIONING only those whose text has it: reading all is half of a status's CPU.
/// Error not_installed: there is no model at all.
Result<LoadedModels> load_models(const std::filesystem::path& folder,
                                 std::string_view mentioning = {});
/// NAME.json of FOLDER. Error invalid_config that lists the known names.
Result<Model> load_model(const std::filesystem::path& folder, std::string_view name);

} // namespace twinsite::power
