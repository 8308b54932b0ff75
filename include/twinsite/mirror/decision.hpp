// What an observation means for Pacemaker. Pure functions.
#pragma once

#include <twinsite/base/result.hpp>
#include <twinsite/mirror/observation.hpp>

#include <array>
#include <string>
#include <string_view>
#include <vector>

namespace twinsite::mirror {

/// Pacemaker's -INFINITY: never promote this replica, whatever a location rule prefers.
inline constexpr int never = -1000000;

/// The four numbers of adjust_master_score, as linbit's agent takes them.
struct ScoreTable {
    int consistent = 0;      ///< local data consistent, whether up to date is unknown; 0: never
    int remote_only = 10;    ///< promoted now, works on the peer's data only
    int peer_unknown = 1000; ///< local data up to date, peer's unknown
    int good = 10000;        ///< local data up to date, and promoted or the peer's state is known

    friend bool operator==(const ScoreTable&, const ScoreTable&) = default;
};

/// "0 10 1000 10000": four whole numbers that do not decrease. Error: invalid_config.
Result<ScoreTable> parse_scores(std::string_view text);

enum class State {
    stopped,
    unpromoted,
    promoted,
    failed_promoted, ///< promoted, and no up-to-date data can be reached: I/O fails
    unknown,         ///< it is there, but its role is not understood
};

struct Assessment {
    State state = State::stopped;
    int score = never;
    /// Works, but somebody should look: REASON says at what.
    bool degraded = false;
    std::string reason{}; ///< why the score is not the best one; "" when all is well

    friend bool operator==(const Assessment&, const Assessment&) = default;
};

Assessment assess(const Observation& observation, const ScoreTable& scores);

/// Whether an unpromoted replica leaves it to its promoted peer to be shown as degraded: that one
/// sees the same trouble, or this one may have to be promoted in the next moment. Pacemaker (2.1.5
/// and later, process_graph_event()) keeps a degraded result as a failed one, and a new DC that
/// cancels such a monitor to promote the replica waits for the monitor's timeout and a minute.
bool left_to_peer(const Observation& observation, const Assessment& assessment);

/// What a promotion on this node would do now.
enum class Promotion {
    done,    ///< it is promoted already
    go,      ///< the data is up to date and no other node is known to be promoted
    wait,    ///< a state that passes by itself: a peer just died, a handshake is under way
    refused, ///< the data is, or is likely to be, stale or incomplete
};

struct PromotionVerdict {
    Promotion promotion = Promotion::refused;
    std::string reason;

    friend bool operator==(const PromotionVerdict&, const PromotionVerdict&) = default;
};

struct PromotionRules {
    /// The admin gave merely consistent data a score: the kernel and its fence handler have the
    /// last word on it.
    bool consistent_will_do = false;
    /// A converged clone with promoted-max 2: a promoted peer is no reason to wait.
    bool two_primaries = false;
};

PromotionVerdict may_promote(const Observation& observation, const PromotionRules& rules);

/// What is known of a split brain beyond what the kernel shows.
struct SplitKnowledge {
    bool recorded = false;      ///< found on this side, and not resolved since
    bool loss_accepted = false; ///< an operator accepts here that the other side's writes are lost
};

/// Whether an unpromoted replica is kept from promotion until an operator has spoken: it lacks what
/// the other side wrote. That holds whatever has become of the other side, and also where the
/// kernel would promote it: it may be the only copy left, but not a good one. Once connected, the
/// kernel itself has compared both.
bool waits_for_operator(const Observation& observation, const SplitKnowledge& known);

/// Some peer is connected.
bool in_touch(const Observation& observation);

/// What of DRBD's options matters here.
struct Options {
    bool allow_two_primaries = false;
    std::string fencing = "dont-care";
    std::string protocol = "C";
    unsigned port = 0;                ///< of both sides, 0: not shown
    std::vector<std::string> disks{}; ///< the backing devices, in the order of the volumes

    friend bool operator==(const Options&, const Options&) = default;
};

/// From `drbdsetup show RESOURCE`, which prints what differs from the defaults.
Options parse_options(std::string_view shown);

/// Two primaries only where the clone wants them (promoted-max 2), DRBD allows them, and a lost
/// peer stops I/O until it is fenced; a single primary only where DRBD refuses a second one.
/// Errors: invalid_config when PROMOTED_MAX is wrong by itself; not_installed when the options of
/// this node's DRBD do not fit it.
Status check_primaries(const Options& options, int promoted_max);

/// True when nothing of a bring-up is under way any more: disks attached, peers connected and
/// agreed, so that waiting longer would not improve what a start leaves behind.
bool settled(const Observation& observation);

/// The text crm_attribute takes: "-INFINITY" or the number.
std::string score_text(int score);

} // namespace twinsite::mirror
