#include "net_snmp_errors.hpp"

#include "net_snmp_library.hpp"

#include <fmt/format.h>

#include <cstring>

namespace twinsite::power::net_snmp {

std::string status_name(long status) {
    return library().device_error(static_cast<int>(status));
}

Error session_error(int number, const std::string& device) {
    const std::string text = library().api_error(number);
    switch (number) {
    case SNMPERR_TIMEOUT:
        return {ErrorKind::unreachable, fmt::format("no answer from {}", device)};
    case SNMPERR_AUTHENTICATION_FAILURE:
    case SNMPERR_UNKNOWN_USER_NAME:
    case SNMPERR_UNSUPPORTED_SEC_LEVEL:
    case SNMPERR_USM_AUTHENTICATIONFAILURE:
    case SNMPERR_USM_UNKNOWNSECURITYNAME:
    case SNMPERR_USM_UNSUPPORTEDSECURITYLEVEL:
    case SNMPERR_USM_DECRYPTIONERROR:
    case SNMPERR_DECRYPTION_ERR:
        return {ErrorKind::permission, fmt::format("{} rejects the SNMPv3 user: {}", device, text)};
    case SNMPERR_BAD_SENDTO:
    case SNMPERR_NO_SOCKET:
        return {ErrorKind::unreachable,
                fmt::format("nothing can be sent to {}: {}", device, std::strerror(errno))};
    default:
        return {ErrorKind::protocol, fmt::format("SNMP with {} failed: {}", device, text)};
    }
}

Error set_error(long status, const VarBind& binding) {
    const std::string what = fmt::format("the device answered {} to {} = {}", status_name(status),
                                         binding.oid.text(), to_text(binding.value));
    switch (status) {
    case SNMP_ERR_NOSUCHNAME:
    case SNMP_ERR_READONLY:
    case SNMP_ERR_NOACCESS:
    case SNMP_ERR_NOTWRITABLE:
    case SNMP_ERR_AUTHORIZATIONERROR:
    case SNMP_ERR_NOCREATION:
        return {ErrorKind::permission, what + ": no write access"};
    case SNMP_ERR_BADVALUE:
    case SNMP_ERR_WRONGTYPE:
    case SNMP_ERR_WRONGLENGTH:
    case SNMP_ERR_WRONGENCODING:
    case SNMP_ERR_WRONGVALUE:
    case SNMP_ERR_INCONSISTENTVALUE:
    case SNMP_ERR_INCONSISTENTNAME:
        return {ErrorKind::conflict, what};
    default:
        return {ErrorKind::protocol, what};
    }
}

} // namespace twinsite::power::net_snmp
