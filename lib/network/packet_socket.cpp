#include "lib/network/packet_socket.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <linux/filter.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

namespace twinsite::network {

namespace {

using Program = std::vector<sock_filter>;

sock_filter load_word(unsigned at) {
    return {BPF_LD | BPF_W | BPF_ABS, 0, 0, at};
}
sock_filter load_byte(unsigned at) {
    return {BPF_LD | BPF_B | BPF_ABS, 0, 0, at};
}
sock_filter when_equal(std::uint32_t value, std::uint8_t skip_if, std::uint8_t skip_else) {
    return {BPF_JMP | BPF_JEQ | BPF_K, skip_if, skip_else, value};
}
constexpr sock_filter take_it{BPF_RET | BPF_K, 0, 0, 0xffff};
constexpr sock_filter drop_it{BPF_RET | BPF_K, 0, 0, 0};

/// Sender or target address is ADDRESS: a listener sleeps through all other ARP traffic.
Program arp_filter(const IpAddress& address, std::size_t link_size) {
    std::uint32_t wanted = 0;
    std::memcpy(&wanted, address.data(), sizeof wanted);
    wanted = ntohl(wanted);
    const auto sender = static_cast<unsigned>(8 + link_size);
    const auto target = static_cast<unsigned>(sender + 4 + link_size);
    return {load_word(sender), when_equal(wanted, 2, 0),
            load_word(target), when_equal(wanted, 0, 1),
            take_it,           drop_it};
}

/// ICMPv6 neighbour solicitation or advertisement.
Program neighbour_filter() {
    return {load_byte(6),
            when_equal(58, 0, 4),
            load_byte(40),
            when_equal(135, 1, 0),
            when_equal(136, 0, 1),
            take_it,
            drop_it};
}

bool attach(int socket, Program program) {
    const sock_fprog filter{.len = static_cast<unsigned short>(program.size()),
                            .filter = program.data()};
    return ::setsockopt(socket, SOL_SOCKET, SO_ATTACH_FILTER, &filter, sizeof filter) == 0;
}

sockaddr_ll link_socket_address(unsigned interface, int protocol, const LinkAddress& to = {}) {
    sockaddr_ll address{};
    address.sll_family = AF_PACKET;
    address.sll_protocol = htons(static_cast<std::uint16_t>(protocol));
    address.sll_ifindex = static_cast<int>(interface);
    const std::size_t size = std::min(to.size(), sizeof address.sll_addr);
    address.sll_halen = static_cast<unsigned char>(size);
    std::copy_n(to.bytes().begin(), size, address.sll_addr);
    return address;
}

bool join_group(int socket, unsigned interface, const LinkAddress& group) {
    packet_mreq membership{};
    membership.mr_ifindex = static_cast<int>(interface);
    membership.mr_type = PACKET_MR_MULTICAST;
    membership.mr_alen = static_cast<unsigned short>(group.size());
    std::copy_n(group.bytes().begin(), std::min(group.size(), sizeof membership.mr_address),
                membership.mr_address);
    return ::setsockopt(socket, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &membership,
                        sizeof membership) == 0;
}

/// ENETDOWN: the interface is down; ENODEV and ENXIO: it is gone.
Error socket_error(int number, const std::string& name) {
    Error error = error_from_errno(number, fmt::format("interface {}", name));
    if (number == ENETDOWN) {
        error.kind = ErrorKind::unreachable;
    }
    return error;
}

} // namespace

Result<PacketSocket> PacketSocket::open(const Interface& interface, const IpAddress& address) {
    const bool ipv4 = address.family() == Family::ipv4;
    const int protocol = ipv4 ? ETH_P_ARP : ETH_P_IPV6;
    // Protocol 0: nothing is queued before the filter is in place.
    FileDescriptor socket(::socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
    const sockaddr_ll where = link_socket_address(interface.index, protocol);
    if (!socket.valid() ||
        !attach(socket.get(),
                ipv4 ? arp_filter(address, interface.link_address.size()) : neighbour_filter()) ||
        ::bind(socket.get(), reinterpret_cast<const sockaddr*>(&where), sizeof where) != 0) {
        return fail(socket_error(errno, interface.name));
    }
    // The probes of another newcomer are sent to this group, to which nobody here belongs yet.
    if (!ipv4 &&
        !join_group(socket.get(), interface.index, ethernet_group(solicited_node_group(address)))) {
        return fail(socket_error(errno, interface.name));
    }
    return PacketSocket(std::move(socket), interface, protocol);
}

Status PacketSocket::send(const Bytes& packet, const LinkAddress& to) {
    const sockaddr_ll where = link_socket_address(interface_, protocol_, to);
    const ssize_t sent = ::sendto(socket_.get(), packet.data(), packet.size(), 0,
                                  reinterpret_cast<const sockaddr*>(&where), sizeof where);
    if (sent < 0) {
        return fail(socket_error(errno, name_));
    }
    return {};
}

Result<std::optional<Heard>> PacketSocket::receive() {
    std::array<std::uint8_t, 2048> buffer{};
    sockaddr_ll from{};
    socklen_t from_size = sizeof from;
    const ssize_t got = ::recvfrom(socket_.get(), buffer.data(), buffer.size(), 0,
                                   reinterpret_cast<sockaddr*>(&from), &from_size);
    if (got < 0 && (errno == EAGAIN || errno == EINTR)) {
        return std::optional<Heard>{};
    }
    if (got < 0) {
        return fail(socket_error(errno, name_));
    }
    const std::size_t link_size = std::min<std::size_t>(from.sll_halen, sizeof from.sll_addr);
    return std::optional<Heard>(Heard{.bytes = Bytes(buffer.begin(), buffer.begin() + got),
                                      .from = LinkAddress({from.sll_addr, link_size})});
}

bool PacketSocket::wait(const Clock& clock, const Deadline& deadline) {
    pollfd wanted{.fd = socket_.get(), .events = POLLIN, .revents = 0};
    return ::poll(&wanted, 1, static_cast<int>(deadline.left(clock).count())) > 0;
}

} // namespace twinsite::network
