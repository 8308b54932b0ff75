// The functions of net-snmp that a client uses, found when the first device is opened. Linked, the
// library and the libcrypto behind it would cost metadata three times what metadata itself costs.
// Private to lib/power.
#pragma once

#include "net_snmp.hpp"

namespace twinsite::power::net_snmp {

struct Library {
    decltype(&::free_enginetime) free_enginetime = nullptr;
    decltype(&::generate_Ku) generate_key = nullptr;
    decltype(&::init_snmp) initialise = nullptr;
    decltype(&::netsnmp_ds_set_boolean) set_boolean = nullptr;
    decltype(&::sc_get_auth_oid) auth_oid = nullptr;
    decltype(&::sc_get_priv_oid) priv_oid = nullptr;
    decltype(&::snmp_add_null_var) add_null_var = nullptr;
    decltype(&::snmp_api_errstring) api_error = nullptr;
    decltype(&::snmp_clone_pdu) clone_pdu = nullptr;
    decltype(&::snmp_disable_log) disable_log = nullptr;
    decltype(&::snmp_errstring) device_error = nullptr;
    decltype(&::snmp_free_pdu) free_pdu = nullptr;
    decltype(&::snmp_pdu_add_variable) add_variable = nullptr;
    decltype(&::snmp_pdu_create) create_pdu = nullptr;
    decltype(&::snmp_sess_async_send) send = nullptr;
    decltype(&::snmp_sess_close) close = nullptr;
    decltype(&::snmp_sess_error) session_error = nullptr;
    decltype(&::snmp_sess_init) init_session = nullptr;
    decltype(&::snmp_sess_open) open = nullptr;
    decltype(&::snmp_sess_read) read = nullptr;
    decltype(&::snmp_sess_select_info) select_info = nullptr;
    decltype(&::snmp_sess_session) session = nullptr;
    decltype(&::snmp_sess_timeout) timeout = nullptr;
    decltype(&::snmpv3_get_report_type) report_type = nullptr;
    decltype(&::usm_lookup_auth_type) auth_type = nullptr;
    decltype(&::usm_lookup_priv_type) priv_type = nullptr;
    /// The library's variable: why a session could not be opened.
    int* last_error = nullptr;
};

/// Loaded once per process. Error not_installed: the package is missing, or too old.
const Result<Library>& load();
/// After initialise(), which fails where the library cannot be had.
const Library& library();

} // namespace twinsite::power::net_snmp
