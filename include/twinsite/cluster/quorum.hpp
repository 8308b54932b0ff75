// Corosync's own answers about quorum and links, from votequorum and cmap.
#pragma once

#include <twinsite/base/result.hpp>

#include <cstdint>
#include <string>
#include <vector>

namespace twinsite::cluster {

struct Link {
    std::uint32_t node_id = 0;
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
    bool witness = false; ///< a quorum device is registered and casts its vote
    std::vector<Link> links;
    std::vector<Voter> voters;
};

/// Error unreachable when corosync does not answer.
Result<Quorum> read_quorum();

/// Tell votequorum how many votes to expect, and no longer to wait for all nodes. Only go-live
/// does this: after an operator said that the others are dead.
Status expect_votes(unsigned votes);

} // namespace twinsite::cluster
