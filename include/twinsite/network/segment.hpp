// The other machines on an interface's segment, asked and told by ARP (RFC 826, 5227) and by
// neighbour discovery (RFC 4861, 4862).
#pragma once

#include <twinsite/base/deadline.hpp>
#include <twinsite/base/result.hpp>
#include <twinsite/network/ip_address.hpp>
#include <twinsite/network/link_address.hpp>
#include <twinsite/network/network.hpp>

#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace twinsite::network {

/// Another machine that uses an address, or asks whether it may.
struct Claim {
    IpAddress address;
    LinkAddress by;
    bool asks = false; ///< it only probes: whoever holds the address need not mind

    friend bool operator==(const Claim&, const Claim&) = default;
};

/// COUNT questions, INTERVAL apart; the last one is waited for as long.
struct ProbePlan {
    unsigned count = 3;
    Milliseconds interval{100};
};

/// Hears what others say of one address from the moment it is made.
class Listener {
public:
    Listener() = default;
    Listener(const Listener&) = delete;
    Listener& operator=(const Listener&) = delete;
    virtual ~Listener() = default;

    [[nodiscard]] virtual const IpAddress& address() const = 0;
    /// Readable when something may have been heard.
    [[nodiscard]] virtual int descriptor() const = 0;
    /// The next claim that was heard already; nothing when there is none.
    /// Errors: not_found when the interface is gone.
    virtual Result<std::optional<Claim>> heard() = 0;
};

/// Errors of all calls: permission without CAP_NET_RAW; unreachable when the interface is down;
/// not_found when it is gone.
class Segment {
public:
    Segment() = default;
    Segment(const Segment&) = delete;
    Segment& operator=(const Segment&) = delete;
    virtual ~Segment() = default;

    /// Does somebody else use one of ADDRESSES? Asks for all of them at once, from no address of
    /// its own, and waits as PLAN says; the first claim ends it. OWN are this machine's link
    /// addresses: what they say is no claim. Error timeout when DEADLINE leaves no time for it.
    virtual Result<std::optional<Claim>> probe(const Interface& interface,
                                               std::span<const IpAddress> addresses,
                                               std::span<const LinkAddress> own,
                                               const ProbePlan& plan, const Deadline& deadline) = 0;

    /// Tell everybody where ADDRESS is now: gratuitous ARP request and reply, or an unsolicited
    /// neighbour advertisement with the override flag.
    virtual Status announce(const Interface& interface, const IpAddress& address) = 0;

    /// Does NEIGHBOUR, on the same segment, answer when ADDRESS asks for it?
    virtual Result<bool> answers(const Interface& interface, const IpAddress& address,
                                 const IpAddress& neighbour, const Deadline& deadline) = 0;

    virtual Result<std::unique_ptr<Listener>> listen(const Interface& interface,
                                                     const IpAddress& address,
                                                     std::span<const LinkAddress> own) = 0;
};

/// Can neighbours be asked and told on this interface at all? Not on lo and not without ARP.
bool has_neighbours(const Interface& interface, Family family);

std::unique_ptr<Segment> open_segment(Clock& clock);

} // namespace twinsite::network
