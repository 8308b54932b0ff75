// The TCP connections that another process opened, and how long their peers may be silent.
#pragma once

#include <twinsite/base/deadline.hpp>
#include <twinsite/base/handle.hpp>
#include <twinsite/base/result.hpp>

#include <sys/types.h>

#include <set>
#include <string>
#include <vector>

namespace twinsite::hypervisor {

class OutgoingConnections {
public:
    /// What PROCESS connects to from now on; the peers it has now (its storage), also when it
    /// connects to them again, are left alone.
    /// Errors: permission without CAP_SYS_PTRACE; not_found when there is no such process.
    static Result<OutgoingConnections> from_now_on(pid_t process);

    /// Each connection to a new peer breaks with ETIMEDOUT once its peer has acknowledged nothing
    /// for PATIENCE, or taken nothing (tcp(7), TCP_USER_TIMEOUT). The kernel sees to it, also when
    /// the caller is gone. Returns how many connections there are.
    /// Errors: not_found when the process has ended.
    Result<unsigned> break_when_silent(Milliseconds patience);

private:
    struct Connection {
        FileDescriptor socket; ///< the process's own, shared (pidfd_getfd(2))
        std::string peer;
    };
    explicit OutgoingConnections(pid_t process);
    [[nodiscard]] Result<std::vector<Connection>> connections() const;

    pid_t process_;
    FileDescriptor handle_;
    std::set<std::string> old_peers_;
};

} // namespace twinsite::hypervisor
