// Where everything ends up when something fails: twinsite's own model of the configuration it
// renders, on the topology alone. The scenario tests hold it against Pacemaker's scheduler.
#pragma once

#include <twinsite/base/result.hpp>
#include <twinsite/site/topology.hpp>

#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace twinsite::site {

/// What fails, all at once, in a cluster in which everything is at home.
struct Failure {
    std::set<std::string, std::less<>> nodes = {};
    std::set<std::string, std::less<>> storage =
        {}; ///< nodes whose mirrors and targets fail; VMs stay
    std::set<std::string, std::less<>> sites = {}; ///< all nodes and PDUs there
    bool link = false;                             ///< between the sites
    /// Sites that an operator confirmed to be dead (go-live).
    std::set<std::string, std::less<>> confirmed_dead = {};
};

/// From "node:N", "site:S", "storage:N", "link". Error invalid_config for anything else, and for
/// names that do not exist.
Result<Failure> parse_failure(const Topology& topology, std::span<const std::string> events);

enum class LunFate {
    stays,  ///< promoted where it was
    moves,  ///< promoted on the other copy
    down,   ///< nowhere promoted
    stands, ///< converged: promoted, but no write gets through until the other side is dead
};
std::string_view to_string(LunFate fate);

struct LunOutcome {
    std::string lun;
    LunFate fate = LunFate::stays;
    /// Nodes. More than one is a split brain in the making, but for a converged LUN whose copies
    /// see each other.
    std::vector<std::string> promoted_on;
    /// Converged: nodes on which the LUN is promoted while its I/O stands still.
    std::vector<std::string> stands_on = {};
    /// "in sync", "rz1 -> rz2" (the second copy is behind and will be overwritten) or "conflict".
    std::string divergence;
    std::string reason;
};

enum class VmFate {
    stays,
    migrates, ///< live
    restarts, ///< its host died: it starts again elsewhere
    waits,    ///< runs, but its LUN is out of reach: I/O stands still
    stops,    ///< runs nowhere any more
};
std::string_view to_string(VmFate fate);

struct VmOutcome {
    std::string vm;
    VmFate fate = VmFate::stays;
    std::string from; ///< "" when it finds no room even while nothing fails
    std::string to;   ///< "" when it runs nowhere
    std::string reason;
};

struct Outcome {
    std::vector<LunOutcome> luns;
    std::vector<VmOutcome> vms;
    /// Nothing is taken over because no side has the quorum, or a dead node cannot be fenced:
    /// an operator has to confirm that the other side is dead.
    bool needs_go_live = false;
    /// Sentences on what this model cannot decide.
    std::vector<std::string> remarks;
};

Outcome what_if(const Topology& topology, const Failure& failure);

/// Whether the part of the cluster in which NODE lives after FAILURE has the quorum.
bool has_quorum(const Topology& topology, const Failure& failure, std::string_view node);

/// LUNs that would be written in two parts of the cluster at once. Must be empty, always.
std::vector<std::string> written_on_both_sides(const Topology& topology, const Outcome& outcome);

} // namespace twinsite::site
