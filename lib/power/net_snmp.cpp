#include "net_snmp.hpp"

#include "net_snmp_library.hpp"

#include <twinsite/base/text.hpp>

#include <fmt/format.h>
#include <stdlib.h>

#include <array>
#include <limits>

namespace twinsite::power::net_snmp {

Status initialise(const std::string& application) {
    if (!load()) {
        return fail(load().error());
    }
    static const bool once = [&] {
        ::setenv("MIBS", "", 1);
        ::setenv("MIBDIRS", "", 1);
        // The library looks for certificates, and makes directories for what it knows of them,
        // also where nobody wants TLS. Nothing can be found or made below a device file.
        ::setenv("SNMPCONFPATH", "/dev/null", 1);
        ::setenv("SNMP_PERSISTENT_DIR", "/dev/null", 1);
        library().set_boolean(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_DONT_READ_CONFIGS, 1);
        library().set_boolean(NETSNMP_DS_LIBRARY_ID, NETSNMP_DS_LIB_DONT_PERSIST_STATE, 1);
        library().initialise(application.c_str());
        library().disable_log(); // what matters comes back as an error
        return true;
    }();
    static_cast<void>(once);
    return {};
}

std::vector<oid> to_native(const Oid& oid) {
    return {oid.numbers().begin(), oid.numbers().end()};
}

Oid from_native(const oid* numbers, std::size_t count) {
    std::vector<std::uint32_t> all;
    all.reserve(count);
    for (std::size_t i = 0; i < count; ++i) {
        all.push_back(static_cast<std::uint32_t>(numbers[i]));
    }
    return Oid(std::move(all));
}

namespace {

SnmpValue value_of(const variable_list& variable) {
    // NOLINTBEGIN(cppcoreguidelines-pro-type-union-access): the type field says which member.
    switch (variable.type) {
    case SNMP_NOSUCHOBJECT:
    case SNMP_NOSUCHINSTANCE:
    case SNMP_ENDOFMIBVIEW:
    case ASN_NULL:
        return Missing{};
    case ASN_INTEGER:
        return static_cast<std::int64_t>(*variable.val.integer);
    case ASN_COUNTER:
    case ASN_GAUGE:
    case ASN_TIMETICKS:
        return static_cast<std::int64_t>(static_cast<std::uint32_t>(*variable.val.integer));
    case ASN_OCTET_STR:
        return std::string(variable.val.string, variable.val.string + variable.val_len);
    case ASN_OBJECT_ID:
        return from_native(variable.val.objid, variable.val_len / sizeof(oid));
    default:
        return Unusable{};
    }
    // NOLINTEND(cppcoreguidelines-pro-type-union-access)
}

} // namespace

VarBind from_native(const variable_list& variable) {
    return {from_native(variable.name, variable.name_length), value_of(variable)};
}

Status append(netsnmp_pdu& pdu, const VarBind& binding) {
    const auto name = to_native(binding.oid);
    const auto add = [&](int type, const void* data, std::size_t size) -> Status {
        if (library().add_variable(&pdu, name.data(), name.size(), static_cast<u_char>(type), data,
                                   size) == nullptr) {
            return fail(ErrorKind::internal, "an SNMP message could not be built");
        }
        return {};
    };
    if (const auto* number = std::get_if<std::int64_t>(&binding.value)) {
        if (*number < std::numeric_limits<std::int32_t>::min() ||
            *number > std::numeric_limits<std::int32_t>::max()) {
            return fail(ErrorKind::invalid_config,
                        fmt::format("{} is too large for an SNMP integer", *number));
        }
        const long native = static_cast<long>(*number);
        return add(ASN_INTEGER, &native, sizeof native);
    }
    if (const auto* text = std::get_if<std::string>(&binding.value)) {
        return add(ASN_OCTET_STR, text->data(), text->size());
    }
    if (const auto* identifier = std::get_if<Oid>(&binding.value)) {
        const auto native = to_native(*identifier);
        return add(ASN_OBJECT_ID, native.data(), native.size() * sizeof(oid));
    }
    return add(std::holds_alternative<Missing>(binding.value) ? SNMP_NOSUCHINSTANCE : ASN_NULL,
               nullptr, 0);
}

int native_level(SecurityLevel level) {
    switch (level) {
    case SecurityLevel::no_auth_no_priv:
        return SNMP_SEC_LEVEL_NOAUTH;
    case SecurityLevel::auth_no_priv:
        return SNMP_SEC_LEVEL_AUTHNOPRIV;
    case SecurityLevel::auth_priv:
        return SNMP_SEC_LEVEL_AUTHPRIV;
    }
    return SNMP_SEC_LEVEL_AUTHPRIV;
}

namespace {

constexpr std::size_t shortest_password = USM_LENGTH_P_MIN;

Result<std::vector<u_char>> key_of(const Keys& keys, const std::string& password,
                                   std::string_view what) {
    if (password.size() < shortest_password) {
        return fail(
            ErrorKind::invalid_config,
            fmt::format("the {} password is shorter than {} characters", what, shortest_password));
    }
    std::array<u_char, USM_AUTH_KU_LEN> key{};
    std::size_t length = key.size();
    if (library().generate_key(keys.auth_protocol, static_cast<u_int>(keys.auth_protocol_length),
                               // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast)
                               reinterpret_cast<const u_char*>(password.data()), password.size(),
                               key.data(), &length) != SNMPERR_SUCCESS) {
        return fail(ErrorKind::internal,
                    fmt::format("no key could be made of the {} password", what));
    }
    return std::vector<u_char>(key.begin(), key.begin() + static_cast<std::ptrdiff_t>(length));
}

} // namespace

Result<Keys> make_keys(const SnmpV3User& user) {
    Keys keys;
    if (user.level == SecurityLevel::no_auth_no_priv) {
        return keys;
    }
    const int auth = library().auth_type(user.auth_protocol.c_str());
    keys.auth_protocol = auth < 0 ? nullptr : library().auth_oid(auth, &keys.auth_protocol_length);
    if (keys.auth_protocol == nullptr) {
        return fail(ErrorKind::invalid_config,
                    fmt::format("authentication protocol \"{}\" is not known; take MD5, SHA, "
                                "SHA-224, SHA-256, SHA-384 or SHA-512",
                                printable(user.auth_protocol)));
    }
    auto auth_key = key_of(keys, user.auth_password, "authentication");
    if (!auth_key) {
        return fail(auth_key.error());
    }
    keys.auth = std::move(*auth_key);
    if (user.level == SecurityLevel::auth_no_priv) {
        return keys;
    }
    const int priv = library().priv_type(user.priv_protocol.c_str());
    keys.priv_protocol = priv < 0 ? nullptr : library().priv_oid(priv, &keys.priv_protocol_length);
    if (keys.priv_protocol == nullptr) {
        return fail(ErrorKind::invalid_config,
                    fmt::format("privacy protocol \"{}\" is not known; take DES, AES, AES-192 or "
                                "AES-256",
                                printable(user.priv_protocol)));
    }
    auto priv_key = key_of(keys, user.priv_password, "privacy");
    if (!priv_key) {
        return fail(priv_key.error());
    }
    keys.priv = std::move(*priv_key);
    return keys;
}

} // namespace twinsite::power::net_snmp
