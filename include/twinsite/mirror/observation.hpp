// What DRBD says of one resource on this node, as values.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace twinsite::mirror {

enum class Role { unknown, secondary, primary };

/// Ordered as the kernel orders them: what is greater is better (linux/drbd.h, drbd_disk_state).
enum class Disk {
    diskless,
    attaching,
    detaching,
    failed,
    negotiating,
    inconsistent,
    outdated,
    unknown, ///< DUnknown: the peer's, while there is no connection
    consistent,
    up_to_date,
};

enum class Connection {
    stand_alone, ///< does not even try: disconnected by hand, or refused after a split brain
    disconnecting,
    unconnected,
    timeout,
    broken_pipe,
    network_failure,
    protocol_error,
    tear_down,
    connecting,
    connected,
};

/// Replication between this node's and the peer's copy of a volume.
enum class Replication {
    off,
    established,
    negotiating, ///< the handshake that decides who syncs from whom is under way
    sync_source,
    sync_target,
    verify,
    other, ///< a state this version does not know: never taken for a good one
};

struct PeerVolume {
    int volume = 0;
    Replication replication = Replication::off;
    Disk disk = Disk::unknown;
    std::uint64_t out_of_sync_kib = 0;

    friend bool operator==(const PeerVolume&, const PeerVolume&) = default;
};

struct Peer {
    std::string name; ///< its node name; "peer" on DRBD 8.4, which has no names
    Connection connection = Connection::stand_alone;
    Role role = Role::unknown;
    std::vector<PeerVolume> volumes{};
    int node_id = -1; ///< DRBD 9's; -1 on 8.4

    friend bool operator==(const Peer&, const Peer&) = default;
};

struct Volume {
    int volume = 0;
    int minor = 0;
    Disk disk = Disk::diskless;
    bool client = false; ///< DRBD 9: diskless on purpose
    bool quorum = true;  ///< DRBD 9
    std::uint64_t size_kib = 0;

    friend bool operator==(const Volume&, const Volume&) = default;
};

/// A resource as the kernel has it. CONFIGURED false is positive evidence that it has none.
struct Observation {
    bool configured = false;
    Role role = Role::unknown;
    std::string suspended; ///< "" when I/O runs, else the kernel's word: user, no-data, fencing...
    std::vector<Volume> volumes;
    std::vector<Peer> peers;
    /// Why this comes from another source than usual, for the admin; "" when it does not.
    std::string detour{};

    friend bool operator==(const Observation&, const Observation&) = default;
};

std::string_view to_string(Role role);
std::string_view to_string(Disk disk);
std::string_view to_string(Connection connection);
std::string_view to_string(Replication replication);

} // namespace twinsite::mirror
