#include <twinsite/base/error.hpp>

#include <fmt/format.h>

#include <cerrno>
#include <system_error>

namespace twinsite {

std::string_view to_string(ErrorKind kind) {
    switch (kind) {
    case ErrorKind::invalid_config:
        return "invalid-config";
    case ErrorKind::not_installed:
        return "not-installed";
    case ErrorKind::permission:
        return "permission";
    case ErrorKind::not_found:
        return "not-found";
    case ErrorKind::unreachable:
        return "unreachable";
    case ErrorKind::timeout:
        return "timeout";
    case ErrorKind::conflict:
        return "conflict";
    case ErrorKind::protocol:
        return "protocol";
    case ErrorKind::internal:
        return "internal";
    }
    return "internal";
}

Error Error::in(std::string_view context) const {
    return {kind, fmt::format("{}: {}", context, message)};
}

namespace {

ErrorKind kind_of_errno(int number) {
    switch (number) {
    case ENOENT:
    case ENODEV:
    case ENXIO:
    case ENOTDIR:
        return ErrorKind::not_found;
    case EACCES:
    case EPERM:
    case EROFS:
        return ErrorKind::permission;
    case ETIMEDOUT:
        return ErrorKind::timeout;
    case EBUSY:
    case EEXIST:
    case ENOTEMPTY:
    case EADDRINUSE:
        return ErrorKind::conflict;
    case ECONNREFUSED:
    case EHOSTUNREACH:
    case ENETUNREACH:
    case ECONNRESET:
        return ErrorKind::unreachable;
    default:
        return ErrorKind::internal;
    }
}

} // namespace

Error error_from_errno(int number, std::string_view what) {
    return {kind_of_errno(number),
            fmt::format("{}: {}", what, std::generic_category().message(number))};
}

} // namespace twinsite
