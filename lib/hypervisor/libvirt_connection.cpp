#include "lib/hypervisor/libvirt_connection.hpp"

#include <twinsite/base/text.hpp>

#include <fmt/format.h>
#include <libvirt/virterror.h>

#include <cerrno>
#include <cstdlib>

namespace twinsite::hypervisor {

namespace {

constexpr Milliseconds close_patience{500};

ErrorKind kind_of(const virError& error) {
    switch (error.code) {
    case VIR_ERR_NO_DOMAIN:
    case VIR_ERR_NO_NETWORK:
    case VIR_ERR_NO_STORAGE_POOL:
    case VIR_ERR_NO_DOMAIN_METADATA:
    case VIR_ERR_NO_DOMAIN_SNAPSHOT:
        return ErrorKind::not_found;
    case VIR_ERR_AUTH_FAILED:
    case VIR_ERR_AUTH_CANCELLED:
    case VIR_ERR_AUTH_UNAVAILABLE:
    case VIR_ERR_OPERATION_DENIED:
    case VIR_ERR_ACCESS_DENIED:
        return ErrorKind::permission;
    case VIR_ERR_OPERATION_TIMEOUT:
        return ErrorKind::timeout;
    case VIR_ERR_RPC:
        return ErrorKind::unreachable;
    case VIR_ERR_XML_ERROR:
    case VIR_ERR_XML_DETAIL:
    case VIR_ERR_XML_INVALID_SCHEMA:
    case VIR_ERR_CONFIG_UNSUPPORTED:
        return ErrorKind::not_installed;
    case VIR_ERR_NO_SUPPORT:
    case VIR_ERR_INVALID_ARG: // as a flag that the driver does not know
    case VIR_ERR_ARGUMENT_UNSUPPORTED:
    case VIR_ERR_OPERATION_UNSUPPORTED:
    case VIR_ERR_OPERATION_INVALID:
    case VIR_ERR_RESOURCE_BUSY:
    case VIR_ERR_AGENT_UNRESPONSIVE:
    case VIR_ERR_DOM_EXIST:
        return ErrorKind::conflict;
    default:
        return ErrorKind::internal;
    }
}

/// A connection that cannot be opened says nothing about the guest, whatever libvirt calls it.
ErrorKind kind_of_open(const virError& error) {
    if (error.code == VIR_ERR_SYSTEM_ERROR && (error.int1 == EACCES || error.int1 == EPERM)) {
        return ErrorKind::permission;
    }
    if (kind_of(error) == ErrorKind::permission) {
        return ErrorKind::permission;
    }
    const bool no_driver = error.code == VIR_ERR_NO_CONNECT || error.code == VIR_ERR_INVALID_ARG ||
                           error.code == VIR_ERR_CONFIG_UNSUPPORTED;
    return no_driver ? ErrorKind::not_installed : ErrorKind::unreachable;
}

void stay_silent(void*, virErrorPtr) {}

std::string message_of(const virError* error) {
    return error == nullptr || error->message == nullptr ? std::string("no reason given")
                                                         : printable(error->message, 400);
}

} // namespace

void free_memory(void* memory) {
    std::free(memory); // NOLINT(cppcoreguidelines-no-malloc,cppcoreguidelines-owning-memory)
}

Error last_error(const std::string& what) {
    const virError* error = virGetLastError();
    return {error == nullptr ? ErrorKind::internal : kind_of(*error),
            fmt::format("{}: {}", what, message_of(error))};
}

int last_error_code() {
    const virError* error = virGetLastError();
    return error == nullptr ? VIR_ERR_OK : error->code;
}

bool refuses_flags() {
    // virCheckFlags of libvirt's src/internal.h
    const int code = last_error_code();
    return code == VIR_ERR_INVALID_ARG || code == VIR_ERR_ARGUMENT_UNSUPPORTED ||
           code == VIR_ERR_NO_SUPPORT;
}

void initialise_libvirt() {
    static const bool done = [] {
        virSetErrorFunc(nullptr, stay_silent);
        return virInitialize() == 0;
    }();
    static_cast<void>(done);
}

Result<ConnectHandle> open_connection(const std::string& uri) {
    initialise_libvirt();
    ConnectHandle handle(virConnectOpen(uri.c_str()));
    if (!handle) {
        const virError* error = virGetLastError();
        return fail(error == nullptr ? ErrorKind::unreachable : kind_of_open(*error),
                    fmt::format("libvirt ({}): {}", uri, message_of(error)));
    }
    return handle;
}

Result<DomainHandle> look_up(virConnectPtr connection, const DomainIdentity& identity) {
    DomainHandle domain(identity.uuid.empty()
                            ? virDomainLookupByName(connection, identity.name.c_str())
                            : virDomainLookupByUUIDString(connection, identity.uuid.c_str()));
    if (!domain) {
        return fail(last_error("domain " + identity.name));
    }
    return domain;
}

Status LibvirtConnection::Slot::open(const std::string& uri) {
    const std::scoped_lock lock(opening);
    if (handle) {
        return {};
    }
    auto opened = open_connection(uri);
    if (!opened) {
        return fail(opened.error());
    }
    handle = std::move(*opened);
    return {};
}

LibvirtConnection::~LibvirtConnection() {
    // Closing is a conversation too, and the daemon may have stopped talking.
    BackgroundCall<void> close([slot = std::move(slot_)]() mutable -> Status {
        slot.reset();
        return {};
    });
    static_cast<void>(close.wait(clock_, Deadline::after(clock_, close_patience)));
}

} // namespace twinsite::hypervisor
