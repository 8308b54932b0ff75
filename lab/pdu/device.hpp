// A PDU as SNMP shows it: any family's tables, made from the same model the fence agent reads.
#pragma once

#include "relays.hpp"

#include <twinsite/power/model.hpp>
#include <twinsite/power/snmp_responder.hpp>

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace twinsite::pdu {

struct DeviceOptions {
    std::string name;
    std::map<unsigned, std::string> outlet_names; ///< default "Outlet N"
    /// For families whose rows are not numbered as their outlets: the first row's number less one.
    std::uint32_t row_offset = 0;
    Milliseconds cycle_pause{1'000};
    bool has_outlets = true;
};

class Device {
public:
    Device(power::Model model, DeviceOptions options, Relays& relays)
        : model_(std::move(model))
        , options_(std::move(options))
        , relays_(relays) {}

    /// The whole of the protocol but the faults.
    power::SnmpAnswer answer(const power::SnmpRequest& request);

    /// The outlet that OID belongs to, in any column of the model.
    [[nodiscard]] std::optional<unsigned> outlet_of(const power::Oid& oid) const;
    /// The same, when OID is the outlet's state.
    [[nodiscard]] std::optional<unsigned> outlet_of_status(const power::Oid& oid) const;
    /// The family's word for on or off.
    [[nodiscard]] power::SnmpValue status_of(bool on) const;

private:
    using Tree = std::map<power::Oid, power::SnmpValue>;

    [[nodiscard]] Tree tree() const;
    void add_outlet(Tree& tree, unsigned outlet) const;
    [[nodiscard]] power::Oid row_of(unsigned outlet) const;
    [[nodiscard]] const power::SnmpModel& snmp() const { return *model_.snmp; }

    [[nodiscard]] power::SnmpAnswer get(const power::SnmpRequest& request) const;
    [[nodiscard]] power::SnmpAnswer next(const power::SnmpRequest& request) const;
    power::SnmpAnswer set(const power::SnmpRequest& request);
    struct Command {
        unsigned outlet;
        std::optional<power::OutletCommand> command; ///< nullopt switches nothing
    };
    [[nodiscard]] std::variant<Command, power::SnmpErrorStatus>
    command_of(const power::VarBind& binding) const;
    void perform(const Command& command);

    power::Model model_;
    DeviceOptions options_;
    Relays& relays_;
};

} // namespace twinsite::pdu
