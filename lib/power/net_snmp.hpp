// What the client and the responder share of net-snmp. Private to lib/power.
#pragma once

#include <twinsite/power/snmp.hpp>

#include <net-snmp/net-snmp-config.h>
// Its order matters: everything else of net-snmp needs the line above.
#include <net-snmp/net-snmp-includes.h>

#include <string>
#include <vector>

namespace twinsite::power::net_snmp {

/// Once per process: no configuration file is read, no MIB loaded, nothing written to disk. Error
/// not_installed: the library is not there.
Status initialise(const std::string& application);

std::vector<oid> to_native(const Oid& oid);
Oid from_native(const oid* numbers, std::size_t count);
VarBind from_native(const variable_list& variable);
/// Appends a binding to PDU. Integers of values that do not fit 32 bits are refused.
Status append(netsnmp_pdu& pdu, const VarBind& binding);

/// Keys of a user, made from the passwords (RFC 3414, A.2): not yet localised to an engine.
struct Keys {
    const oid* auth_protocol = nullptr;
    std::size_t auth_protocol_length = 0;
    std::vector<u_char> auth;
    const oid* priv_protocol = nullptr;
    std::size_t priv_protocol_length = 0;
    std::vector<u_char> priv;
};
/// Error invalid_config: an unknown protocol, or a password shorter than the 8 bytes SNMP wants.
Result<Keys> make_keys(const SnmpV3User& user);

int native_level(SecurityLevel level);

} // namespace twinsite::power::net_snmp
