// Corosync's own answers about votes and links at one moment, as values.
#pragma once

#include <cstdint>
#include <vector>

namespace twinsite::site {

struct Link {
    std::uint32_t node_id = 0; ///< of the other end
    unsigned number = 0;
    bool connected = false;
};

/// A member of this part of the cluster, and its own client of the witness (corosync-qdevice):
/// without one it does not get the witness's vote in a cut, whatever its neighbours get.
struct Voter {
    std::uint32_t node_id = 0;
    bool client_runs = false;
    bool has_vote = false; ///< the witness gives it its vote now
};

struct Quorum {
    bool quorate = false;
    unsigned expected_votes = 0;
    unsigned total_votes = 0;
    unsigned needed_votes = 0;
    bool waits_for_all = false;
    bool witness = false;         ///< a quorum device is registered and casts its vote
    bool two_node = false;        ///< either of two nodes has the quorum alone
    std::uint32_t own_id = 0;     ///< the host that was asked
    std::vector<Link> links = {}; ///< to the other nodes; empty when unknown
    std::vector<Voter> voters = {};
};

} // namespace twinsite::site
