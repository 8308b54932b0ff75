// The daemon's control socket.
#include "lib/target/tgt/wire.hpp"

#include <twinsite/base/handle.hpp>

#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>

namespace twinsite::target {

namespace {

/// A connection whose every wait ends at the deadline.
class Connection {
public:
    explicit Connection(const Deadline& deadline)
        : deadline_(deadline) {}

    Status open(const std::filesystem::path& path) {
        sockaddr_un address{};
        address.sun_family = AF_UNIX;
        const std::string text = path.string();
        if (text.size() >= sizeof(address.sun_path)) {
            return fail(ErrorKind::invalid_config, text + " is too long for a socket");
        }
        text.copy(static_cast<char*>(address.sun_path), text.size());
        socket_ = FileDescriptor(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
        if (!socket_.valid()) {
            return fail(error_from_errno(errno, "socket"));
        }
        const auto* generic = reinterpret_cast<const sockaddr*>(&address);
        if (::connect(socket_.get(), generic, sizeof(address)) != 0) {
            const bool absent = errno == ENOENT || errno == ECONNREFUSED;
            return absent ? Status(fail(ErrorKind::not_found, "tgtd does not run"))
                          : Status(fail(error_from_errno(errno, text)));
        }
        return {};
    }

    Status send(std::string_view bytes) {
        while (!bytes.empty()) {
            if (auto ready = wait(POLLOUT); !ready) {
                return ready;
            }
            const ssize_t sent = ::send(socket_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (sent < 0 && errno != EAGAIN && errno != EINTR) {
                return fail(error_from_errno(errno, "tgtd's control socket"));
            }
            bytes.remove_prefix(sent < 0 ? 0 : static_cast<std::size_t>(sent));
        }
        return {};
    }

    Result<std::string> receive(std::size_t size) {
        std::string bytes;
        std::array<char, 65536> buffer{};
        while (bytes.size() < size) {
            if (auto ready = wait(POLLIN); !ready) {
                return fail(ready.error());
            }
            const ssize_t got = ::recv(socket_.get(), buffer.data(),
                                       std::min(buffer.size(), size - bytes.size()), 0);
            if (got == 0) {
                return fail(ErrorKind::protocol, "tgtd ended the connection in its answer");
            }
            if (got < 0 && errno != EAGAIN && errno != EINTR) {
                return fail(error_from_errno(errno, "tgtd's control socket"));
            }
            bytes.append(buffer.data(), got < 0 ? 0 : static_cast<std::size_t>(got));
        }
        return bytes;
    }

private:
    Status wait(short events) {
        pollfd one{socket_.get(), events, 0};
        const auto left = deadline_.left(clock_).count();
        if (::poll(&one, 1, static_cast<int>(std::min<std::int64_t>(left, INT32_MAX))) == 0) {
            return fail(ErrorKind::timeout, "tgtd does not answer");
        }
        return {};
    }

    SystemClock clock_;
    Deadline deadline_;
    FileDescriptor socket_;
};

} // namespace

Result<bool> TgtSocket::runs() {
    Connection connection(deadline_);
    const auto open = connection.open(socket_);
    if (open) {
        return true;
    }
    if (open.error().kind == ErrorKind::not_found) {
        return false;
    }
    return fail(open.error());
}

Result<std::string> TgtSocket::ask(const TgtRequest& request) {
    if (request.parameters.size() > tgt::parameters_limit) {
        return fail(ErrorKind::invalid_config, "the parameters are too long for tgt");
    }
    Connection connection(deadline_);
    Status sent = connection.open(socket_);
    if (sent) {
        sent = connection.send(tgt::encode(request));
    }
    if (!sent) {
        return fail(sent.error());
    }
    const auto header = connection.receive(tgt::response_size);
    if (!header) {
        return fail(header.error());
    }
    const auto response = tgt::decode(*header);
    if (!response) {
        return fail(response.error());
    }
    if (response->error != 0) {
        return fail(tgt::error_of(response->error));
    }
    auto text = connection.receive(response->text_size);
    if (text) {
        text->resize(std::min(text->find('\0'), text->size()));
    }
    return text;
}

std::string TgtSocket::incarnation() {
    struct stat info {};
    // The daemon makes its socket anew.
    return ::stat(socket_.c_str(), &info) == 0
               ? fmt::format("{} {}.{}", info.st_ino, info.st_ctim.tv_sec, info.st_ctim.tv_nsec)
               : std::string();
}

} // namespace twinsite::target
