#include <twinsite/base/text.hpp>
#include <twinsite/mirror/accepted_loss.hpp>
#include <twinsite/mirror/fence.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace twinsite::mirror {

namespace {

bool up_to_date(const Observation& seen) {
    return !seen.volumes.empty() &&
           std::all_of(seen.volumes.begin(), seen.volumes.end(),
                       [](const Volume& volume) { return volume.disk == Disk::up_to_date; });
}

bool loss_accepted(const FenceQuestion& question) {
    return loss_is_accepted(question.cluster.accepted_loss, question.now);
}

/// For an unpromoted side: seconds since it last saw its promoted peer; 0 when the peer was not
/// promoted then.
std::int64_t out_of_sight_for(const FenceQuestion& question) {
    return question.local.role == Role::primary || question.promoted_peer_last_seen == 0
               ? 0
               : question.now - question.promoted_peer_last_seen;
}

FenceVerdict about_online_peer(const FenceQuestion& question) {
    const bool promoted_here = question.local.role == Role::primary;
    if (!promoted_here && question.cluster.replica == PeerReplica::promoted) {
        return {.answer = FenceAnswer::peer_is_primary,
                .reason = "the peer is promoted and goes on without us: our data is getting stale"};
    }
    if (!up_to_date(question.local)) {
        return {.answer = FenceAnswer::failed,
                .reason = "our data is not known to be up to date, and the peer lives"};
    }
    if (const std::int64_t unseen = out_of_sight_for(question);
        unseen > fresh_contact && !loss_accepted(question)) {
        return {.answer = FenceAnswer::failed,
                .reason = fmt::format("the peer was promoted when we last saw it {} s ago, and may "
                                      "have written since: bring the mirror's link back, or accept "
                                      "the loss (docs/mirror.md)",
                                      unseen)};
    }
    if (!question.cluster.quorum) {
        return {.answer = FenceAnswer::failed,
                .ask_again = true,
                .reason = "the peer lives, and without quorum nothing can keep it from promotion"};
    }
    return {.answer = FenceAnswer::peer_fenced,
            .constrain_peer = true,
            .peer_must_confirm = true,
            .reason = "the peer lives; the cluster is told not to promote it before it has "
                      "resynced"};
}

/// How long the peer may have written without us, in seconds.
std::int64_t alone_for(const FenceQuestion& question) {
    if (question.policy == Policy::majority || question.local.role == Role::primary ||
        question.promoted_peer_last_seen == 0) {
        return 0;
    }
    const std::int64_t fenced = question.cluster.peer_fenced_at;
    const std::int64_t end = fenced >= question.promoted_peer_last_seen ? fenced : question.now;
    return end - question.promoted_peer_last_seen;
}

FenceVerdict about_dead_peer(const FenceQuestion& question) {
    // The kernel takes 5 as an all-clear only where our own disk is UpToDate. 7 would make a merely
    // Consistent disk UpToDate: a dead peer does not make our data any newer.
    if (!up_to_date(question.local)) {
        return {.answer = FenceAnswer::peer_unreachable,
                .reason = "the peer is down, but it may have had newer data than we"};
    }
    const std::int64_t alone = alone_for(question);
    if (alone > question.patience && !loss_accepted(question)) {
        return {.answer = FenceAnswer::failed,
                .reason = fmt::format(
                    "the peer may have written for {} s without us before it went down: "
                    "bring it back, or accept the loss with twinsite go-live",
                    alone)};
    }
    return {.answer = FenceAnswer::peer_unreachable,
            .reason =
                alone > question.patience
                    ? fmt::format("the operator accepts the loss of up to {} s of writes", alone)
                    : "the cluster knows that the peer is down"};
}

/// majority: the side that keeps the quorum need not wait for the other's end. The other cannot
/// promote its replica before it has fenced this node, and has lost the quorum by now.
FenceVerdict about_lost_peer(const FenceQuestion& question) {
    const bool promoted_here = question.local.role == Role::primary;
    if (question.policy == Policy::majority && promoted_here && up_to_date(question.local) &&
        question.cluster.quorum &&
        question.quorate_alone_ms >= question.witness_ms + settled_after_ms) {
        return {.answer = FenceAnswer::peer_unreachable,
                .constrain_peer = true,
                .reason = "the peer is lost, and this side has kept the quorum for longer than "
                          "Corosync waits for the witness"};
    }
    return {.answer = FenceAnswer::failed,
            .ask_again = true,
            .reason = "the peer is lost and not yet fenced"};
}

} // namespace

Result<Policy> parse_policy(std::string_view text) {
    if (text == "keep-home") {
        return Policy::keep_home;
    }
    if (text == "majority") {
        return Policy::majority;
    }
    return fail(ErrorKind::invalid_config,
                fmt::format("the policy is keep-home or majority, not \"{}\"", printable(text)));
}

bool is_connected(const Observation& local) {
    return !local.peers.empty() &&
           std::all_of(local.peers.begin(), local.peers.end(),
                       [](const Peer& peer) { return peer.connection == Connection::connected; });
}

bool proves(const Observation& local, FenceAnswer answer) {
    switch (answer) {
    case FenceAnswer::peer_is_stale:
    case FenceAnswer::peer_fenced:
    case FenceAnswer::peer_stonithed:
        return true;
    case FenceAnswer::peer_unreachable:
        return up_to_date(local);
    case FenceAnswer::failed:
    case FenceAnswer::peer_is_primary:
        return false;
    }
    return false;
}

FenceVerdict connected_again() {
    return {.answer = FenceAnswer::failed, .reason = "the peer is connected again"};
}

FenceVerdict decide_fence(const FenceQuestion& question) {
    const ClusterView& cluster = question.cluster;
    if (is_connected(question.local)) {
        return connected_again();
    }
    if (cluster.banned_node == question.own_node && !question.own_node.empty()) {
        return {.answer = FenceAnswer::peer_is_primary,
                .reason = "the peer went on without us: our data is stale until it is resynced"};
    }
    switch (cluster.node) {
    case PeerNode::down:
        return about_dead_peer(question);
    case PeerNode::online:
        return about_online_peer(question);
    case PeerNode::unclean:
        return about_lost_peer(question);
    case PeerNode::unknown:
        return {.answer = FenceAnswer::failed,
                .ask_again = true,
                .reason = "the cluster could not say whether the peer lives"};
    }
    return {};
}

} // namespace twinsite::mirror
