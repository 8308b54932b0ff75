#include "ocf/exit_code.hpp"

namespace twinsite::ocf {

ExitCode exit_code_of(ErrorKind kind) {
    switch (kind) {
    case ErrorKind::invalid_config:
        return ExitCode::not_configured;
    case ErrorKind::not_installed:
        return ExitCode::not_installed;
    case ErrorKind::permission:
        return ExitCode::permission;
    case ErrorKind::not_found:
    case ErrorKind::unreachable:
    case ErrorKind::timeout:
    case ErrorKind::conflict:
    case ErrorKind::protocol:
    case ErrorKind::internal:
        return ExitCode::error;
    }
    return ExitCode::error;
}

} // namespace twinsite::ocf
