#include "lib/network/claims.hpp"
#include "lib/network/packet_socket.hpp"

#include <twinsite/base/file.hpp>
#include <twinsite/network/segment.hpp>

#include <fmt/format.h>
#include <linux/if_arp.h>
#include <poll.h>

#include <algorithm>
#include <array>

namespace twinsite::network {

namespace {

LinkAddress broadcast_of(const Interface& interface) {
    std::array<std::uint8_t, LinkAddress::max_size> ones{};
    ones.fill(0xff);
    return LinkAddress(std::span(ones).first(interface.link_address.size()));
}

/// Where ADDRESS's questions go: everybody, or (IPv6) the group of the one asked for.
LinkAddress destination_of(const Interface& interface, const IpAddress& group) {
    return group.family() == Family::ipv4 ? broadcast_of(interface) : ethernet_group(group);
}

bool forwards(const Interface& interface) {
    const auto setting =
        read_file(fmt::format("/proc/sys/net/ipv6/conf/{}/forwarding", interface.name));
    return setting && setting->starts_with('1');
}

/// "Who has TARGET?", asked from SOURCE; from nobody when SOURCE is unspecified.
Status ask(PacketSocket& socket, const Interface& interface, const IpAddress& source,
           const IpAddress& target) {
    if (target.family() == Family::ipv4) {
        return socket.send(encode(ArpPacket{.request = true,
                                            .sender_link = interface.link_address,
                                            .sender = source,
                                            .target_link = {},
                                            .target = target},
                                  interface.hardware_type),
                           broadcast_of(interface));
    }
    const IpAddress group = solicited_node_group(target);
    return socket.send(
        encode(NeighbourPacket{.solicitation = true,
                               .source = source,
                               .destination = group,
                               .target = target,
                               .link = source.is_unspecified() ? LinkAddress()
                                                               : interface.link_address}),
        destination_of(interface, group));
}

IpAddress nobody(Family family) {
    const std::array<std::uint8_t, 16> zero{};
    return {family, zero.data()};
}

class PacketListener final : public Listener {
public:
    PacketListener(PacketSocket socket, const IpAddress& address, std::span<const LinkAddress> own)
        : socket_(std::move(socket))
        , address_(address)
        , own_(own.begin(), own.end()) {}

    [[nodiscard]] const IpAddress& address() const override { return address_; }
    [[nodiscard]] int descriptor() const override { return socket_.descriptor(); }
    Result<std::optional<Claim>> heard() override {
        for (;;) {
            auto packet = socket_.receive();
            if (!packet) {
                return fail(packet.error());
            }
            if (!packet->has_value()) {
                return std::optional<Claim>{};
            }
            if (auto claim = claim_in((*packet)->bytes, (*packet)->from, address_, own_)) {
                return claim;
            }
        }
    }
    Status ask(const Interface& interface) {
        return network::ask(socket_, interface, nobody(address_.family()), address_);
    }

private:
    PacketSocket socket_;
    IpAddress address_;
    std::vector<LinkAddress> own_;
};

using Listeners = std::vector<std::unique_ptr<PacketListener>>;

class PacketSegment final : public Segment {
public:
    explicit PacketSegment(Clock& clock)
        : clock_(clock) {}

    Result<std::optional<Claim>> probe(const Interface& interface,
                                       std::span<const IpAddress> addresses,
                                       std::span<const LinkAddress> own, const ProbePlan& plan,
                                       const Deadline& deadline) override {
        if (deadline.left(clock_) < plan.count * plan.interval) {
            return fail(ErrorKind::timeout, "no time is left to ask whether the address is free");
        }
        Listeners listeners;
        for (const IpAddress& address : addresses) {
            auto opened = open_listener(interface, address, own);
            if (!opened) {
                return fail(opened.error());
            }
            listeners.push_back(std::move(*opened));
        }
        for (unsigned round = 0; round < plan.count; ++round) {
            for (const auto& listener : listeners) {
                if (auto asked = listener->ask(interface); !asked) {
                    return fail(asked.error());
                }
            }
            auto claim = hear(listeners, Deadline::after(clock_, plan.interval));
            if (!claim || claim->has_value()) {
                return claim;
            }
        }
        return std::optional<Claim>{};
    }

    Status announce(const Interface& interface, const IpAddress& address) override {
        auto socket = PacketSocket::open(interface, address);
        if (!socket) {
            return fail(socket.error());
        }
        if (address.family() == Family::ipv6) {
            return socket->send(encode(NeighbourPacket{.solicitation = false,
                                                       .source = address,
                                                       .destination = all_nodes(),
                                                       .target = address,
                                                       .link = interface.link_address,
                                                       .router = forwards(interface),
                                                       .override = true}),
                                ethernet_group(all_nodes()));
        }
        // Some stacks refresh their table on the request only, some on the reply only.
        for (const bool request : {true, false}) {
            const ArpPacket packet{.request = request,
                                   .sender_link = interface.link_address,
                                   .sender = address,
                                   .target_link = request ? LinkAddress() : interface.link_address,
                                   .target = address};
            if (auto sent =
                    socket->send(encode(packet, interface.hardware_type), broadcast_of(interface));
                !sent) {
                return sent;
            }
        }
        return {};
    }

    Result<bool> answers(const Interface& interface, const IpAddress& address,
                         const IpAddress& neighbour, const Deadline& deadline) override {
        auto socket = PacketSocket::open(interface, neighbour);
        if (!socket) {
            return fail(socket.error());
        }
        while (!deadline.passed(clock_)) {
            if (auto asked = ask(*socket, interface, address, neighbour); !asked) {
                return fail(asked.error());
            }
            const auto round = deadline.within(clock_, Milliseconds(200));
            while (socket->wait(clock_, round)) {
                const auto packet = socket->receive();
                if (!packet) {
                    return fail(packet.error());
                }
                if (packet->has_value() && is_answer((*packet)->bytes, neighbour)) {
                    return true;
                }
            }
        }
        return false;
    }

    Result<std::unique_ptr<Listener>> listen(const Interface& interface, const IpAddress& address,
                                             std::span<const LinkAddress> own) override {
        auto listener = open_listener(interface, address, own);
        if (!listener) {
            return fail(listener.error());
        }
        return std::move(*listener);
    }

private:
    static Result<std::unique_ptr<PacketListener>> open_listener(const Interface& interface,
                                                                 const IpAddress& address,
                                                                 std::span<const LinkAddress> own) {
        auto socket = PacketSocket::open(interface, address);
        if (!socket) {
            return fail(socket.error());
        }
        return std::make_unique<PacketListener>(std::move(*socket), address, own);
    }

    /// The first claim any of LISTENERS hears before DEADLINE.
    Result<std::optional<Claim>> hear(const Listeners& listeners, const Deadline& deadline) {
        std::vector<pollfd> wanted;
        for (const auto& listener : listeners) {
            wanted.push_back({.fd = listener->descriptor(), .events = POLLIN, .revents = 0});
        }
        do {
            ::poll(wanted.data(), wanted.size(), static_cast<int>(deadline.left(clock_).count()));
            for (const auto& listener : listeners) {
                auto claim = listener->heard();
                if (!claim || claim->has_value()) {
                    return claim;
                }
            }
        } while (!deadline.passed(clock_));
        return std::optional<Claim>{};
    }

    Clock& clock_;
};

} // namespace

bool has_neighbours(const Interface& interface, Family family) {
    const bool known_link =
        interface.hardware_type == ARPHRD_ETHER ||
        (interface.hardware_type == ARPHRD_INFINIBAND && family == Family::ipv4);
    return known_link && interface.arp && !interface.loopback && !interface.link_address.empty();
}

std::unique_ptr<Segment> open_segment(Clock& clock) {
    return std::make_unique<PacketSegment>(clock);
}

} // namespace twinsite::network
