// DRBD's fence-peer question, answered from what the cluster knows. Pure.
#pragma once

#include <twinsite/base/result.hpp>
#include <twinsite/mirror/observation.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace twinsite::mirror {

/// The isolation policy of the topology file.
enum class Policy {
    keep_home, ///< fencing resource-only: a promoted side goes on alone
    majority,  ///< fencing resource-and-stonith: I/O stands until the peer is proven dead
};

Result<Policy> parse_policy(std::string_view text);

/// The exit codes the kernel understands (drbd_nl.c, conn_try_outdate_peer).
enum class FenceAnswer : int {
    failed = 1,           ///< nothing is proven
    peer_is_stale = 3,    ///< the peer's data is Inconsistent or worse
    peer_fenced = 4,      ///< the peer lives, and the cluster will not promote it
    peer_unreachable = 5, ///< the peer is down; counts only for a side that is up to date
    peer_is_primary = 6,  ///< we are the stale one: the kernel outdates our disk
    peer_stonithed = 7,   ///< the peer's power is off
};

/// What the cluster says of the peer's node.
enum class PeerNode {
    unknown, ///< the cluster could not be asked, or does not know such a node
    online,
    down,    ///< left in order, or fenced: it runs nothing
    unclean, ///< lost, and not yet fenced
};

/// What the cluster says of the mirror's replica on the peer.
enum class PeerReplica { unknown, stopped, unpromoted, promoted };

struct ClusterView {
    PeerNode node = PeerNode::unknown;
    PeerReplica replica = PeerReplica::unknown;
    bool quorum = false;
    /// The node whose replica an earlier call of ours banned from promotion, "" when there is none.
    std::string banned_node{};
    /// The promotable clone, "" when the cluster has none of that name.
    std::string clone{};
    /// When the peer's node was last fenced, seconds since 1970; 0: not that the cluster knows.
    std::int64_t peer_fenced_at = 0;
    /// What the operator's word on our node says (accepted_loss.hpp), "" when there is none.
    std::string accepted_loss{};

    friend bool operator==(const ClusterView&, const ClusterView&) = default;
};

struct FenceQuestion {
    Policy policy = Policy::keep_home;
    std::string own_node;
    Observation local;
    ClusterView cluster;
    /// Under keep-home the peer, when it was promoted at our last contact, went on writing until
    /// it died: seconds since 1970 of that contact, 0 when the peer was not promoted then.
    std::int64_t promoted_peer_last_seen = 0;
    std::int64_t now = 0; ///< seconds since 1970
    /// Seconds that may lie between the last contact and the peer's end: what detecting a dead
    /// node and fencing it takes, not more.
    std::int64_t patience = 300;
    /// majority: for how long, without a break, Corosync has had the quorum while the peer was
    /// lost, in ms.
    std::int64_t quorate_alone_ms = 0;
    /// For how long Corosync may wait for the witness before it tells that the quorum is gone, in
    /// ms (quorum.device.sync_timeout, by default 30 s; corosync-qdevice(8)).
    std::int64_t witness_ms = 30'000;
};

/// Seconds. An unpromoted side notes every 11 s that it is connected (its monitor, as rendered; it
/// may be late by the 6 s in which drbdsetup did not answer), and at once that the peer was
/// demoted. An older note of a promoted peer means that the link broke first.
inline constexpr std::int64_t fresh_contact = 30;

/// More than this after witness_ms, what is still quorate has won.
inline constexpr std::int64_t settled_after_ms = 2'000;

struct FenceVerdict {
    FenceAnswer answer = FenceAnswer::failed;
    /// Place the constraint first; when that fails the answer is FAILED.
    bool constrain_peer = false;
    /// The constraint counts only when the peer's own cluster confirms it: at a cut that Corosync
    /// has not noticed yet, the losing side too can place one, and would go on writing.
    bool peer_must_confirm = false;
    /// Nothing is proven yet, but fencing may be under way: ask again.
    bool ask_again = false;
    std::string reason;

    friend bool operator==(const FenceVerdict&, const FenceVerdict&) = default;
};

FenceVerdict decide_fence(const FenceQuestion& question);

/// The kernel lets standing I/O go on after this ANSWER (drbd_nl.c, conn_try_outdate_peer).
bool proves(const Observation& local, FenceAnswer answer);

/// No peer is out of sight: the question is void.
bool is_connected(const Observation& local);
FenceVerdict connected_again();

} // namespace twinsite::mirror
