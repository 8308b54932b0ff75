// SNMP as the power adapter needs it: get, walk and set with deadlines. No C library shows here.
#pragma once

#include <twinsite/base/deadline.hpp>
#include <twinsite/base/result.hpp>
#include <twinsite/power/oid.hpp>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <variant>
#include <vector>

namespace twinsite::power {

/// There is no such object, or it has no value: never a value.
struct Missing {
    friend bool operator==(const Missing&, const Missing&) = default;
};

/// A value of a type no PDU family uses.
struct Unusable {
    friend bool operator==(const Unusable&, const Unusable&) = default;
};

/// Integers of every width and sign, octet strings, identifiers.
using SnmpValue = std::variant<Missing, Unusable, std::int64_t, std::string, Oid>;

struct VarBind {
    Oid oid;
    SnmpValue value;

    friend bool operator==(const VarBind&, const VarBind&) = default;
};

/// A value for a message: printable and short.
std::string to_text(const SnmpValue& value);

enum class SnmpVersion { v1, v2c, v3 };
enum class SecurityLevel { no_auth_no_priv, auth_no_priv, auth_priv };

struct SnmpV3User {
    std::string name;
    SecurityLevel level = SecurityLevel::auth_priv;
    std::string auth_protocol = "SHA"; ///< MD5, SHA, SHA-224, SHA-256, SHA-384, SHA-512
    std::string auth_password;
    std::string priv_protocol = "AES"; ///< DES, AES (= AES-128), AES-192, AES-256
    std::string priv_password;
};

struct SnmpTarget {
    std::string address; ///< name, IPv4 or IPv6 address
    std::uint16_t port = 161;
    int family = 0; ///< 4 or 6 to insist on one, 0 for either
    SnmpVersion version = SnmpVersion::v1;
    std::string community = "private";
    SnmpV3User user{};
    Milliseconds first_try{500};  ///< after which a question is asked again
    Milliseconds patience{5'000}; ///< after which an unanswered request is given up
};

class SnmpClient {
public:
    SnmpClient() = default;
    SnmpClient(const SnmpClient&) = delete;
    SnmpClient& operator=(const SnmpClient&) = delete;
    virtual ~SnmpClient() = default;

    /// One value per OID, in their order; an absent one is Missing.
    /// Errors: unreachable when nobody answered; permission when the device rejects the user or
    /// keys; protocol when the answer makes no sense.
    virtual Result<std::vector<VarBind>> get(std::span<const Oid> oids,
                                             const Deadline& deadline) = 0;
    /// What follows OID in the device's tree, up to COUNT bindings in rising order; empty at its
    /// end. Errors as for get.
    virtual Result<std::vector<VarBind>> next(const Oid& oid, unsigned count,
                                              const Deadline& deadline) = 0;
    /// All or nothing. Errors as for get; permission also when the object is not writable;
    /// conflict when the device refuses the value.
    virtual Status set(std::span<const VarBind> values, const Deadline& deadline) = 0;
};

/// Everything below COLUMN. Error protocol when the device does not come to an end.
Result<std::vector<VarBind>> walk(SnmpClient& client, const Oid& column, const Deadline& deadline);

/// A client over UDP. Errors: invalid_config for unknown protocols, short passwords or a name that
/// does not resolve. Nothing is sent yet.
Result<std::unique_ptr<SnmpClient>> open_snmp(const SnmpTarget& target, Clock& clock);

} // namespace twinsite::power
