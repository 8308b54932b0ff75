// What a model means, without I/O: which objects to ask for, and what the answers say.
#pragma once

#include <twinsite/power/model.hpp>

#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace twinsite::power {

/// An outlet and the row of the device's tables it is in.
struct OutletRow {
    Outlet outlet;
    Oid row;

    friend bool operator==(const OutletRow&, const OutletRow&) = default;
};

/// The shortest form of an identifier ("1.5" is "5" where module 1 is the default), or nothing when
/// TEXT is no identifier of this family.
std::optional<std::string> canonical_identifier(const SnmpModel& model, std::string_view text);

/// The row of a canonical identifier, for families whose rows are computed.
std::optional<Oid> row_of_identifier(const SnmpModel& model, std::string_view identifier);

/// The columns from which all outlets can be told.
std::vector<Oid> list_columns(const SnmpModel& model);

/// The outlets that the walked columns show, in order. Errors: protocol when a row has no or a
/// senseless number, or two rows claim the same outlet.
Result<std::vector<OutletRow>> outlets_of(const SnmpModel& model,
                                          std::span<const VarBind> bindings);

/// The objects that tell an outlet's state.
std::vector<Oid> state_objects(const SnmpModel& model, const Oid& row);

/// ANSWERS to state_objects(), in their order.
OutletReading decode(const SnmpModel& model, std::span<const VarBind> answers);

/// The models that a device with this sysObjectID may be of: those with the longest matching prefix
/// first.
std::vector<const Model*> candidates(std::span<const Model> models, const Oid& system_identifier);

/// Whether VALUE, read from the status column, is a word of this family.
bool knows_status(const SnmpModel& model, const SnmpValue& value);

} // namespace twinsite::power
