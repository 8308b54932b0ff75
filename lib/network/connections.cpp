#include "lib/network/netlink_socket.hpp"

#include <twinsite/network/connections.hpp>

#include <linux/inet_diag.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

#include <array>
#include <cstring>
#include <vector>

namespace twinsite::network {

namespace {

/// Listeners stay; a connection in TIME_WAIT has ended already.
constexpr std::uint32_t live_states = ~((1U << TCP_LISTEN) | (1U << TCP_TIME_WAIT));

struct Connection {
    std::uint8_t family;
    inet_diag_sockid id;
};

/// An IPv4 connection of an IPv6 socket bears its address as ::ffff:a.b.c.d (RFC 4291, 2.5.5.2).
std::array<std::uint8_t, 16> mapped(const IpAddress& ipv4) {
    std::array<std::uint8_t, 16> bytes{};
    bytes[10] = 0xff;
    bytes[11] = 0xff;
    std::memcpy(bytes.data() + 12, ipv4.data(), 4);
    return bytes;
}

Status add_connections(NetlinkSocket& socket, std::uint8_t family, const void* local,
                       std::size_t size, std::vector<Connection>& found) {
    Message message(SOCK_DIAG_BY_FAMILY, NLM_F_DUMP);
    inet_diag_req_v2 request{};
    request.sdiag_family = family;
    request.sdiag_protocol = IPPROTO_TCP;
    request.idiag_states = live_states;
    message.append(request);
    const std::size_t before = found.size();
    return socket.ask(
        message, "the list of connections",
        [&](nlmsghdr* answer) {
            if (answer->nlmsg_len < NLMSG_LENGTH(sizeof(inet_diag_msg))) {
                return;
            }
            const auto* socket_info = static_cast<const inet_diag_msg*>(nlmsg_data(answer));
            if (std::memcmp(socket_info->id.idiag_src, local, size) == 0) {
                found.push_back({.family = family, .id = socket_info->id});
            }
        },
        [&] { found.resize(before); });
}

Status destroy(NetlinkSocket& socket, const Connection& connection) {
    Message message(SOCK_DESTROY, 0);
    inet_diag_req_v2 request{};
    request.sdiag_family = connection.family;
    request.sdiag_protocol = IPPROTO_TCP;
    request.idiag_states = live_states;
    request.id = connection.id;
    message.append(request);
    return socket.change(message, "resetting a connection");
}

} // namespace

Result<unsigned> reset_connections(const IpAddress& local) {
    auto socket = NetlinkSocket::open(NETLINK_SOCK_DIAG);
    if (!socket) {
        return fail(socket.error());
    }
    std::vector<Connection> found;
    const bool ipv4 = local.family() == Family::ipv4;
    Status listed =
        add_connections(*socket, ipv4 ? AF_INET : AF_INET6, local.data(), local.size(), found);
    if (listed && ipv4) {
        const auto address = mapped(local);
        listed = add_connections(*socket, AF_INET6, address.data(), address.size(), found);
    }
    if (!listed) {
        return fail(listed.error());
    }
    unsigned reset = 0;
    for (const Connection& connection : found) {
        const auto done = destroy(*socket, connection);
        if (done) {
            ++reset;
        } else if (done.error().kind == ErrorKind::permission) {
            return fail(done.error());
        } else if (done.error().kind != ErrorKind::not_found) { // it ended by itself meanwhile
            return fail(ErrorKind::not_installed, done.error().message);
        }
    }
    return reset;
}

} // namespace twinsite::network
