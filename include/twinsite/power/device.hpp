// A PDU at the level of outlets, whatever it speaks.
#pragma once

#include <twinsite/base/deadline.hpp>
#include <twinsite/base/result.hpp>
#include <twinsite/power/http.hpp>
#include <twinsite/power/http_model.hpp>
#include <twinsite/power/model.hpp>
#include <twinsite/power/outlet.hpp>
#include <twinsite/power/snmp.hpp>

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace twinsite::power {

enum class WriteProof {
    proven,
    impossible, ///< the family has no command that switches nothing
};

class PowerDevice {
public:
    PowerDevice() = default;
    PowerDevice(const PowerDevice&) = delete;
    PowerDevice& operator=(const PowerDevice&) = delete;
    virtual ~PowerDevice() = default;

    /// The shortest form of an outlet's identifier, or nothing when TEXT cannot be one. No I/O.
    [[nodiscard]] virtual std::optional<std::string> canonical(std::string_view text) const = 0;
    /// Error protocol when the device has no outlet, which is: it is no PDU of this family.
    virtual Result<std::vector<Outlet>> list(const Deadline& deadline) = 0;
    /// One reading per identifier, in their order, taken together. An outlet that does not exist is
    /// a reading (unknown), not an error.
    virtual Result<std::vector<OutletReading>> read(std::span<const std::string> identifiers,
                                                    const Deadline& deadline) = 0;
    /// Success says only that the device took the command.
    virtual Status command(const std::string& identifier, OutletCommand command,
                           const Deadline& deadline) = 0;
    /// Shows that this user may command the outlet, without switching it. Error permission when he
    /// may not.
    virtual Result<WriteProof> prove_write(const std::string& identifier,
                                           const Deadline& deadline) = 0;
};

/// A device of a known family.
std::unique_ptr<PowerDevice> make_snmp_device(SnmpModel model, std::unique_ptr<SnmpClient> client);

std::unique_ptr<PowerDevice> make_http_device(HttpModel model, std::unique_ptr<HttpClient> client);

/// The device's sysObjectID, or what it says instead.
Result<SnmpValue> system_identifier(SnmpClient& client, const Deadline& deadline);
/// "1.3.6.1.4.1.318" of APC's identifiers: every model for a device mentions it. "" of no vendor's.
std::string enterprise_of(const SnmpValue& system);

/// Which of MODELS answers: by the sysObjectID SYSTEM, then by a look at its outlets. Error
/// not_found that prints SYSTEM when none does.
Result<Model> detect_model(SnmpClient& client, const SnmpValue& system,
                           std::span<const Model> models, const Deadline& deadline);

} // namespace twinsite::power
