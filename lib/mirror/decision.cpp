#include <twinsite/base/text.hpp>
#include <twinsite/mirror/decision.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace twinsite::mirror {

namespace {

/// A resource is as good as the worst of its volumes.
Disk local_disk(const Observation& seen) {
    Disk worst = seen.volumes.empty() ? Disk::diskless : Disk::up_to_date;
    for (const Volume& volume : seen.volumes) {
        worst = std::min(worst, volume.disk);
    }
    return worst;
}

bool diskless_client(const Observation& seen) {
    return !seen.volumes.empty() &&
           std::all_of(seen.volumes.begin(), seen.volumes.end(), [](const Volume& volume) {
               return volume.client && volume.disk == Disk::diskless;
           });
}

bool has_quorum(const Observation& seen) {
    return std::all_of(seen.volumes.begin(), seen.volumes.end(),
                       [](const Volume& volume) { return volume.quorum; });
}

Disk disk_of(const Peer& peer) {
    Disk worst = peer.volumes.empty() ? Disk::unknown : Disk::up_to_date;
    for (const PeerVolume& volume : peer.volumes) {
        worst = std::min(worst, volume.disk);
    }
    return worst;
}

bool any_volume_unknown(const Peer& peer) {
    return peer.volumes.empty() ||
           std::any_of(peer.volumes.begin(), peer.volumes.end(), [](const PeerVolume& volume) {
               return volume.disk == Disk::unknown || volume.replication == Replication::other;
           });
}

bool up_to_date(const Peer& peer) {
    return peer.connection == Connection::connected && disk_of(peer) == Disk::up_to_date;
}

bool some_peer_up_to_date(const Observation& seen) {
    return std::any_of(seen.peers.begin(), seen.peers.end(), up_to_date);
}

bool every_peer_up_to_date(const Observation& seen) {
    return std::all_of(seen.peers.begin(), seen.peers.end(), up_to_date);
}

bool some_peer_unknown(const Observation& seen) {
    return std::any_of(seen.peers.begin(), seen.peers.end(), any_volume_unknown);
}

bool cut_off(const Observation& seen) {
    return !seen.peers.empty() &&
           std::all_of(seen.peers.begin(), seen.peers.end(),
                       [](const Peer& peer) { return peer.connection == Connection::stand_alone; });
}

bool under_way(const PeerVolume& volume) {
    return volume.replication == Replication::negotiating || volume.disk == Disk::negotiating ||
           volume.disk == Disk::attaching;
}

bool handshake(const Peer& peer) {
    return peer.connection == Connection::connected &&
           std::any_of(peer.volumes.begin(), peer.volumes.end(), under_way);
}

bool attaching(const Observation& seen) {
    return std::any_of(seen.volumes.begin(), seen.volumes.end(), [](const Volume& volume) {
        return volume.disk == Disk::attaching || volume.disk == Disk::negotiating;
    });
}

constexpr std::string_view cut_off_reason =
    "StandAlone: split off from its peer, by a split brain or by hand";
constexpr std::string_view unknown_role_reason =
    "DRBD's word for this side's role is not understood: see drbdadm role";

/// The first thing about the peers that keeps the mirror from being whole.
std::string peer_trouble(const Observation& seen) {
    if (seen.peers.empty()) {
        return "no peer is configured";
    }
    if (cut_off(seen)) {
        return std::string(cut_off_reason);
    }
    for (const Peer& peer : seen.peers) {
        if (peer.connection != Connection::connected) {
            return fmt::format("not replicated: the connection to {} is {}",
                               peer.name.empty() || peer.name == "peer" ? "the peer" : peer.name,
                               to_string(peer.connection));
        }
        for (const PeerVolume& volume : peer.volumes) {
            if (volume.replication == Replication::sync_source) {
                return fmt::format("the peer is being resynced, {} KiB to go",
                                   volume.out_of_sync_kib);
            }
        }
        if (disk_of(peer) != Disk::up_to_date) {
            return fmt::format("the peer's data is {}", to_string(disk_of(peer)));
        }
        for (const PeerVolume& volume : peer.volumes) {
            if (volume.replication != Replication::established &&
                volume.replication != Replication::verify) {
                return fmt::format("whether the peer's copy is kept alike is not known: the "
                                   "replication is \"{}\"",
                                   to_string(volume.replication));
            }
        }
    }
    return {};
}

std::string local_trouble(const Observation& seen) {
    const Disk disk = local_disk(seen);
    if (disk == Disk::consistent) {
        return "local data is Consistent, but the peer may have newer: bring the peer back first";
    }
    for (const Peer& peer : seen.peers) {
        for (const PeerVolume& volume : peer.volumes) {
            if (volume.replication == Replication::sync_target) {
                return fmt::format("local data is {}: being resynced, {} KiB to go",
                                   to_string(disk), volume.out_of_sync_kib);
            }
        }
    }
    return fmt::format("local data is {}", to_string(disk));
}

Assessment assess_promoted(const Observation& seen, const ScoreTable& scores) {
    Assessment result{.state = State::promoted, .score = scores.good};
    if (local_disk(seen) == Disk::up_to_date) {
        result.reason = peer_trouble(seen);
        result.degraded = !result.reason.empty();
    } else if (some_peer_up_to_date(seen)) {
        result.score = diskless_client(seen) ? scores.good - 1 : scores.remote_only;
        result.degraded = !diskless_client(seen);
        result.reason = fmt::format("works on the peer's copy only: {}", local_trouble(seen));
    } else {
        return {.state = State::failed_promoted,
                .score = never,
                .degraded = true,
                .reason = fmt::format("promoted without up-to-date data: {}; {}",
                                      local_trouble(seen), peer_trouble(seen))};
    }
    if (!has_quorum(seen)) {
        result.score = never;
        result.degraded = true;
        result.reason = "DRBD has lost its quorum";
    }
    return result;
}

Assessment assess_client(const Observation& seen, const ScoreTable& scores) {
    Assessment result{.state = State::unpromoted};
    if (every_peer_up_to_date(seen) && !seen.peers.empty() && !some_peer_unknown(seen)) {
        result.score = scores.good - 1;
    } else if (some_peer_up_to_date(seen)) {
        result.score = scores.peer_unknown - 1;
        result.reason = peer_trouble(seen);
    } else {
        result.reason = "diskless, and no peer with up-to-date data is connected";
        result.degraded = true;
    }
    return result;
}

Assessment assess_unpromoted(const Observation& seen, const ScoreTable& scores) {
    Assessment result{.state = State::unpromoted};
    if (!has_quorum(seen)) {
        result.reason = "DRBD has lost its quorum";
        result.degraded = true;
        return result;
    }
    if (diskless_client(seen)) {
        return assess_client(seen, scores);
    }
    const Disk disk = local_disk(seen);
    result.degraded = true;
    if (disk == Disk::consistent && scores.consistent > 0 && !cut_off(seen)) {
        result.score = scores.consistent;
        result.reason = local_trouble(seen);
    } else if (disk != Disk::up_to_date) {
        result.reason = local_trouble(seen);
    } else if (cut_off(seen)) {
        result.reason = std::string(cut_off_reason);
    } else {
        result.score = some_peer_unknown(seen) ? scores.peer_unknown : scores.good;
        result.reason = peer_trouble(seen);
        result.degraded = !result.reason.empty();
    }
    return result;
}

} // namespace

bool left_to_peer(const Observation& seen, const Assessment& now) {
    const auto serves = [](const Peer& peer) {
        return peer.connection == Connection::connected && peer.role == Role::primary;
    };
    return now.state == State::unpromoted &&
           (now.score > 0 || std::any_of(seen.peers.begin(), seen.peers.end(), serves));
}

Result<ScoreTable> parse_scores(std::string_view text) {
    const auto words = split(text);
    if (words.size() != 4) {
        return fail(
            ErrorKind::invalid_config,
            fmt::format("adjust_master_score takes four numbers, not \"{}\"", printable(text)));
    }
    std::array<int, 4> numbers{};
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        const auto number = parse_integer(words[i], -1000000, 1000000);
        if (!number) {
            return fail(number.error().in("adjust_master_score"));
        }
        numbers[i] = static_cast<int>(*number);
    }
    if (!std::is_sorted(numbers.begin(), numbers.end())) {
        return fail(ErrorKind::invalid_config, "the numbers of adjust_master_score decrease");
    }
    return ScoreTable{numbers[0], numbers[1], numbers[2], numbers[3]};
}

Assessment assess(const Observation& observation, const ScoreTable& scores) {
    if (!observation.configured) {
        return {};
    }
    switch (observation.role) {
    case Role::primary:
        return assess_promoted(observation, scores);
    case Role::secondary:
        return assess_unpromoted(observation, scores);
    case Role::unknown:
        break;
    }
    return {.state = State::unknown,
            .score = never,
            .degraded = true,
            .reason = std::string(unknown_role_reason)};
}

PromotionVerdict may_promote(const Observation& seen, const PromotionRules& rules) {
    if (!seen.configured) {
        return {Promotion::refused, "the mirror is not started"};
    }
    if (seen.role == Role::primary) {
        return {Promotion::done, {}};
    }
    if (seen.role == Role::unknown) {
        return {Promotion::refused, std::string(unknown_role_reason)};
    }
    if (attaching(seen) || std::any_of(seen.peers.begin(), seen.peers.end(), handshake)) {
        return {Promotion::wait, "the peers are still comparing their data"};
    }
    if (cut_off(seen)) {
        return {Promotion::refused, std::string(cut_off_reason)};
    }
    const Disk disk = local_disk(seen);
    const bool good_enough = disk == Disk::up_to_date ||
                             (disk == Disk::consistent && rules.consistent_will_do) ||
                             (diskless_client(seen) && some_peer_up_to_date(seen));
    if (!good_enough) {
        return {Promotion::refused, local_trouble(seen)};
    }
    for (const Peer& peer : seen.peers) {
        if (!rules.two_primaries && peer.connection == Connection::connected &&
            peer.role == Role::primary) {
            return {Promotion::wait, "the peer is connected and still promoted"};
        }
    }
    return {Promotion::go, {}};
}

bool in_touch(const Observation& seen) {
    return std::any_of(seen.peers.begin(), seen.peers.end(),
                       [](const Peer& peer) { return peer.connection == Connection::connected; });
}

bool waits_for_operator(const Observation& seen, const SplitKnowledge& known) {
    return seen.configured && seen.role != Role::primary && !in_touch(seen) && known.recorded &&
           !known.loss_accepted;
}

Options parse_options(std::string_view shown) {
    Options options;
    for (const std::string_view line : lines(shown)) {
        // "        fencing         \tresource-only;"
        const auto words = split(line, " \t;");
        if (words.size() < 2) {
            continue;
        }
        if (words[0] == "allow-two-primaries") {
            options.allow_two_primaries = words[1] == "yes";
        } else if (words[0] == "fencing") {
            options.fencing = words[1];
        } else if (words[0] == "protocol") {
            options.protocol = words[1];
        } else if (words[0] == "disk" && words[1].size() > 2 && words[1].front() == '"') {
            // The path of a backing device; without quotes it opens a section.
            options.disks.push_back(words[1].substr(1, words[1].size() - 2));
        } else if (words[0] == "address" && words.size() > 2) {
            const auto port = parse_integer(words[2].substr(words[2].rfind(':') + 1), 1, 65535);
            options.port = static_cast<unsigned>(port.value_or(0));
        }
    }
    return options;
}

Status check_primaries(const Options& options, int promoted_max) {
    if (promoted_max > 2) {
        return fail(ErrorKind::invalid_config, "promoted-max is more than DRBD's two primaries");
    }
    if (promoted_max == 2 && !options.allow_two_primaries) {
        return fail(ErrorKind::not_installed,
                    "promoted-max is 2, but allow-two-primaries of this node's DRBD is not set");
    }
    if (promoted_max == 2 && options.fencing != "resource-and-stonith") {
        return fail(
            ErrorKind::not_installed,
            fmt::format(
                "two primaries need fencing resource-and-stonith in this node's DRBD, not {}",
                printable(options.fencing)));
    }
    if (promoted_max == 1 && options.allow_two_primaries) {
        return fail(ErrorKind::not_installed, "allow-two-primaries is set in this node's DRBD, but "
                                              "promoted-max is 1: one of them is wrong");
    }
    return {};
}

bool settled(const Observation& seen) {
    return seen.configured && !attaching(seen) &&
           std::all_of(seen.peers.begin(), seen.peers.end(), [](const Peer& peer) {
               return peer.connection == Connection::stand_alone ||
                      (peer.connection == Connection::connected && !handshake(peer));
           });
}

std::string score_text(int score) {
    return score <= never ? "-INFINITY" : std::to_string(score);
}

} // namespace twinsite::mirror
