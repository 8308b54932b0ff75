// What can go wrong, told apart by what the caller does with it.
#pragma once

#include <string>
#include <string_view>
#include <utility>

namespace twinsite {

enum class ErrorKind {
    invalid_config, ///< the configuration is wrong on every node
    not_installed,  ///< this node lacks a program, module or file
    permission,     ///< this process may not do it
    not_found,      ///< positive evidence that the object does not exist
    unreachable,    ///< the other side did not answer: its state is unknown
    timeout,        ///< the deadline passed: the outcome is unknown
    conflict,       ///< the object is in a state, or in use, that forbids the action
    protocol,       ///< the other side answered something that makes no sense
    internal,       ///< a bug, or a failure of the operating system with no better name
};

std::string_view to_string(ErrorKind kind);

/// A failure: its kind, and one sentence an admin understands. Context is put in front by callers.
struct Error {
    ErrorKind kind = ErrorKind::internal;
    std::string message;

    /// The same error seen from one level higher: "CONTEXT: message".
    [[nodiscard]] Error in(std::string_view context) const;

    friend bool operator==(const Error&, const Error&) = default;
};

/// The error that an errno value stands for: "WHAT: strerror".
/// ENOENT, ENODEV, ENXIO: not_found; EACCES, EPERM: permission; ETIMEDOUT: timeout;
/// EBUSY, EEXIST, ENOTEMPTY: conflict; ECONNREFUSED, EHOSTUNREACH, ENETUNREACH: unreachable.
Error error_from_errno(int number, std::string_view what);

} // namespace twinsite
