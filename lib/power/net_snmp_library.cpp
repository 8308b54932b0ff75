#include "net_snmp_library.hpp"

#include <dlfcn.h>

namespace twinsite::power::net_snmp {

namespace {

/// Finds names until one is missing.
struct Finder {
    void* library = nullptr;
    bool complete = true;

    template <typename Pointer>
    void operator()(Pointer& into, const char* name) {
        // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): dlsym knows no types.
        into = reinterpret_cast<Pointer>(::dlsym(library, name));
        complete = complete && into != nullptr;
    }
};

Result<Library> find_all() {
    // Never closed: the library keeps addresses of its own everywhere until the process ends.
    void* handle = ::dlopen("libnetsnmp.so.40", RTLD_NOW | RTLD_LOCAL);
    if (handle == nullptr) {
        return fail(ErrorKind::not_installed,
                    "PDUs that speak SNMP need net-snmp's library: install the package libsnmp40");
    }
    Library found;
    Finder find{handle};
    find(found.free_enginetime, "free_enginetime");
    find(found.generate_key, "generate_Ku");
    find(found.initialise, "init_snmp");
    find(found.set_boolean, "netsnmp_ds_set_boolean");
    find(found.auth_oid, "sc_get_auth_oid");
    find(found.priv_oid, "sc_get_priv_oid");
    find(found.add_null_var, "snmp_add_null_var");
    find(found.api_error, "snmp_api_errstring");
    find(found.clone_pdu, "snmp_clone_pdu");
    find(found.disable_log, "snmp_disable_log");
    find(found.device_error, "snmp_errstring");
    find(found.free_pdu, "snmp_free_pdu");
    find(found.add_variable, "snmp_pdu_add_variable");
    find(found.create_pdu, "snmp_pdu_create");
    find(found.send, "snmp_sess_async_send");
    find(found.close, "snmp_sess_close");
    find(found.session_error, "snmp_sess_error");
    find(found.init_session, "snmp_sess_init");
    find(found.open, "snmp_sess_open");
    find(found.read, "snmp_sess_read");
    find(found.select_info, "snmp_sess_select_info");
    find(found.session, "snmp_sess_session");
    find(found.timeout, "snmp_sess_timeout");
    find(found.report_type, "snmpv3_get_report_type");
    find(found.auth_type, "usm_lookup_auth_type");
    find(found.priv_type, "usm_lookup_priv_type");
    find(found.last_error, "snmp_errno");
    if (!find.complete) {
        return fail(ErrorKind::not_installed, "libnetsnmp.so.40 lacks functions");
    }
    return found;
}

} // namespace

const Result<Library>& load() {
    static const Result<Library> loaded = find_all();
    return loaded;
}

const Library& library() {
    return *load();
}

} // namespace twinsite::power::net_snmp
