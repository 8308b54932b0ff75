#include "http_server.hpp"

#include <twinsite/base/text.hpp>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <optional>

namespace twinsite::pdu {

namespace {

constexpr std::size_t largest_call = 65536;
constexpr int slowest_caller = 2000; // milliseconds

bool readable(int descriptor, int milliseconds) {
    pollfd wanted{descriptor, POLLIN, 0};
    return ::poll(&wanted, 1, milliseconds) > 0;
}

std::size_t body_length(std::string_view head) {
    for (const std::string_view line : lines(head)) {
        const std::string lower = to_lower(line);
        if (lower.starts_with("content-length:")) {
            return static_cast<std::size_t>(
                parse_integer(trim(std::string_view(lower).substr(15)), 0, 65536).value_or(0));
        }
    }
    return 0;
}

std::optional<HttpCall> read_call(int connection) {
    std::string text;
    std::array<char, 4096> buffer{};
    for (;;) {
        const std::size_t end = text.find("\r\n\r\n");
        if (end != std::string::npos && text.size() >= end + 4 + body_length(text.substr(0, end))) {
            const auto words = split(text.substr(0, text.find("\r\n")), " ");
            return words.size() < 2
                       ? std::nullopt
                       : std::optional(HttpCall{words[0], words[1], text.substr(end + 4)});
        }
        const ssize_t got = readable(connection, slowest_caller)
                                ? ::read(connection, buffer.data(), buffer.size())
                                : 0;
        if (got <= 0 || text.size() > largest_call) {
            return std::nullopt;
        }
        text.append(buffer.data(), static_cast<std::size_t>(got));
    }
}

} // namespace

Result<HttpServer> HttpServer::open(const std::string& address, Handler handler) {
    const std::size_t colon = address.rfind(':');
    const auto port = colon == std::string::npos
                          ? Result<std::int64_t>(fail(ErrorKind::invalid_config, "no port"))
                          : parse_integer(address.substr(colon + 1), 1, 65535);
    sockaddr_in where{};
    where.sin_family = AF_INET;
    if (!port || ::inet_pton(AF_INET, address.substr(0, colon).c_str(), &where.sin_addr) != 1) {
        return fail(ErrorKind::invalid_config, fmt::format("{} is not ADDRESS:PORT", address));
    }
    where.sin_port = htons(static_cast<std::uint16_t>(*port));
    FileDescriptor listener(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const int yes = 1;
    ::setsockopt(listener.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-reinterpret-cast): the sockets API is made so.
    if (::bind(listener.get(), reinterpret_cast<const sockaddr*>(&where), sizeof where) != 0 ||
        ::listen(listener.get(), 16) != 0) {
        return fail(error_from_errno(errno, address));
    }
    return HttpServer(std::move(listener), std::move(handler));
}

void HttpServer::serve(Milliseconds duration) {
    if (!readable(listener_.get(), static_cast<int>(duration.count()))) {
        return;
    }
    const FileDescriptor connection(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
    if (connection.valid()) {
        answer(connection);
    }
}

void HttpServer::answer(const FileDescriptor& connection) {
    const auto call = read_call(connection.get());
    if (!call) {
        return;
    }
    const HttpReply reply = handler_(*call);
    if (reply.silent) {
        return;
    }
    SystemClock().pause(reply.delay);
    const std::string text = fmt::format("HTTP/1.1 {} -\r\nContent-Type: application/json\r\n"
                                         "Content-Length: {}\r\nConnection: close\r\n\r\n{}",
                                         reply.status, reply.body.size(), reply.body);
    static_cast<void>(::send(connection.get(), text.data(), text.size(), MSG_NOSIGNAL));
}

} // namespace twinsite::pdu
