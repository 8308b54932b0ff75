// Exit codes of the OCF Resource Agent API 1.1, section "Return codes", with Pacemaker's additions.
#pragma once

#include <twinsite/base/error.hpp>

namespace twinsite::ocf {

enum class ExitCode : int {
    success = 0,
    error = 1,            ///< soft: Pacemaker tries again, perhaps elsewhere
    invalid_argument = 2, ///< hard: not on this node
    unimplemented = 3,
    permission = 4,     ///< hard: not on this node
    not_installed = 5,  ///< hard: not on this node
    not_configured = 6, ///< fatal: on no node
    not_running = 7,    ///< only on positive evidence
    running_promoted = 8,
    failed_promoted = 9,
    degraded = 190, ///< works, and should be looked at
    degraded_promoted = 191,
};

/// What Pacemaker should do about an error of this kind.
ExitCode exit_code_of(ErrorKind kind);

} // namespace twinsite::ocf
