#include "lib/hypervisor/outgoing_connections.hpp"

#include <twinsite/base/error.hpp>
#include <twinsite/base/text.hpp>

#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <system_error>

namespace twinsite::hypervisor {

namespace {

namespace fs = std::filesystem;

int option_of(const FileDescriptor& socket, int option) {
    int value = 0;
    socklen_t size = sizeof value;
    return ::getsockopt(socket.get(), SOL_SOCKET, option, &value, &size) == 0 ? value : -1;
}

bool is_tcp(const FileDescriptor& socket) {
    const int domain = option_of(socket, SO_DOMAIN);
    return option_of(socket, SO_TYPE) == SOCK_STREAM && (domain == AF_INET || domain == AF_INET6);
}

struct End {
    std::string text; ///< address and port, to compare
    std::uint16_t port = 0;
};

using NameOf = int (*)(int, sockaddr*, socklen_t*);

/// getsockname or getpeername; nullopt when there is none.
std::optional<End> end_of(const FileDescriptor& socket, NameOf name_of) {
    sockaddr_in6 address{}; // larger than a sockaddr_in, whose port is at the same place
    socklen_t size = sizeof address;
    if (name_of(socket.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0) {
        return std::nullopt;
    }
    return End{.text = std::string(reinterpret_cast<const char*>(&address), size),
               .port = ntohs(address.sin6_port)};
}

/// The descriptors of a process that are sockets.
Result<std::vector<int>> sockets_of(pid_t process) {
    const fs::path folder = fmt::format("/proc/{}/fd", process);
    std::vector<int> sockets;
    std::error_code error;
    for (fs::directory_iterator entry(folder, error); !error && entry != fs::directory_iterator();
         entry.increment(error)) {
        std::error_code gone;
        const std::string what = fs::read_symlink(entry->path(), gone).string();
        const auto number = parse_integer(entry->path().filename().string(), 0, INT32_MAX);
        if (number && what.starts_with("socket:")) {
            sockets.push_back(static_cast<int>(*number));
        }
    }
    if (error) {
        return fail(error_from_errno(error.value(), folder.string()));
    }
    return sockets;
}

} // namespace

OutgoingConnections::OutgoingConnections(pid_t process)
    : process_(process)
    , handle_(static_cast<int>(::syscall(SYS_pidfd_open, process, 0))) {}

Result<OutgoingConnections> OutgoingConnections::from_now_on(pid_t process) {
    OutgoingConnections self(process);
    const auto now = self.connections();
    if (!now) {
        return fail(now.error());
    }
    for (const Connection& connection : *now) {
        self.old_peers_.insert(connection.peer);
    }
    return self;
}

Result<std::vector<OutgoingConnections::Connection>> OutgoingConnections::connections() const {
    const auto numbers = sockets_of(process_);
    if (!numbers) {
        return fail(numbers.error());
    }
    std::vector<FileDescriptor> sockets;
    std::set<std::uint16_t> listening;
    for (const int number : *numbers) {
        FileDescriptor socket(
            static_cast<int>(::syscall(SYS_pidfd_getfd, handle_.get(), number, 0)));
        if (!socket.valid() && errno != EBADF) { // it was closed meanwhile
            return fail(error_from_errno(errno, fmt::format("sockets of process {}", process_)));
        }
        if (!socket.valid() || !is_tcp(socket)) {
            continue;
        }
        if (option_of(socket, SO_ACCEPTCONN) == 1) {
            listening.insert(end_of(socket, ::getsockname).value_or(End{}).port);
        }
        sockets.push_back(std::move(socket));
    }
    std::vector<Connection> outgoing;
    for (FileDescriptor& socket : sockets) {
        const auto here = end_of(socket, ::getsockname);
        auto peer = end_of(socket, ::getpeername);
        if (here && peer && !listening.contains(here->port)) {
            outgoing.push_back({.socket = std::move(socket), .peer = std::move(peer->text)});
        }
    }
    return outgoing;
}

Result<unsigned> OutgoingConnections::break_when_silent(Milliseconds patience) {
    const auto now = connections();
    if (!now) {
        return fail(now.error());
    }
    const auto milliseconds = static_cast<unsigned>(patience.count());
    unsigned limited = 0;
    for (const Connection& connection : *now) {
        if (old_peers_.contains(connection.peer)) {
            continue;
        }
        if (::setsockopt(connection.socket.get(), IPPROTO_TCP, TCP_USER_TIMEOUT, &milliseconds,
                         sizeof milliseconds) != 0) {
            return fail(error_from_errno(errno, "TCP_USER_TIMEOUT"));
        }
        ++limited;
    }
    return limited;
}

} // namespace twinsite::hypervisor
