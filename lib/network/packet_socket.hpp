// A packet socket (packet(7)) bound to one interface and one protocol.
#pragma once

#include "lib/network/packets.hpp"

#include <twinsite/base/deadline.hpp>
#include <twinsite/base/handle.hpp>
#include <twinsite/base/result.hpp>
#include <twinsite/network/network.hpp>

#include <optional>

namespace twinsite::network {

/// One packet, and who sent it by the link header.
struct Heard {
    Bytes bytes;
    LinkAddress from;
};

class PacketSocket {
public:
    /// Hears only packets about ADDRESS (ARP) or neighbour discovery (IPv6).
    static Result<PacketSocket> open(const Interface& interface, const IpAddress& address);

    Status send(const Bytes& packet, const LinkAddress& to);
    /// What has arrived; nothing when the queue is empty.
    Result<std::optional<Heard>> receive();
    /// False when DEADLINE passed first.
    bool wait(const Clock& clock, const Deadline& deadline);
    [[nodiscard]] int descriptor() const { return socket_.get(); }

private:
    PacketSocket(FileDescriptor socket, const Interface& interface, int protocol)
        : socket_(std::move(socket))
        , interface_(interface.index)
        , name_(interface.name)
        , protocol_(protocol) {}

    FileDescriptor socket_;
    unsigned interface_;
    std::string name_;
    int protocol_;
};

} // namespace twinsite::network
