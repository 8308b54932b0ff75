// After a split brain: which copy of a LUN survives, what would be lost, and by which commands.
#pragma once

#include <twinsite/site/state.hpp>
#include <twinsite/site/topology.hpp>
#include <twinsite/site/xml.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace twinsite::site {

/// One copy since the sites parted. Empty fields are unknown.
struct SideFacts {
    std::optional<std::uint64_t> written_kib; ///< DRBD's out-of-sync
    std::optional<bool> promoted; ///< now; of the peer also when the split brain was found
    std::string found_at;         ///< local time at which it found the split brain
};

/// What one node knows of its own copy, and of the peer's through the cluster.
struct CopyFacts {
    bool configured = false;
    bool connected = false;    ///< to the peer: then there is nothing to resolve
    bool refuses_peer = false; ///< StandAlone
    bool split_brain = false;  ///< recorded here, and not resolved since
    bool up_to_date = false;
    SideFacts own;
    SideFacts peer;
    std::vector<std::string> bans; ///< admin_bans() on this node
};

/// What the cluster says of LUN's copy on NODE, without the time.
SideFacts side_facts(const Lun& lun, const std::string& node, const ClusterState& state);

/// Ids of the constraints with which an admin ("pcs resource ban", "crm_resource --ban") keeps
/// LUN's mirror from NODE.
std::vector<std::string> admin_bans(const Xml& cib, const Lun& lun, const std::string& node);

enum class Verdict {
    nothing_to_do,
    not_running,  ///< there is no mirror here to be looked at
    keep_this,    ///< this node's copy survives
    discard_this, ///< this node's copy is overwritten
    refuse,       ///< only an operator can choose, or has to do something first
};
std::string_view to_string(Verdict verdict);

struct Resolution {
    std::string lun;
    Verdict verdict = Verdict::nothing_to_do;
    std::string reason;
    std::vector<std::string> sides;  ///< of a split: role, amount and time of each copy
    std::vector<std::string> losses; ///< what is lost by it; by each choice when refused
    std::vector<std::vector<std::string>> commands; ///< argument vectors, to be run on this node
    std::vector<std::string> steps;                 ///< what an admin has to do, in this order
    std::vector<std::string> elsewhere;             ///< what has to be run on the other node
};

/// On NODE, about one LUN. The copy at the LUN's home survives when the other one is known to have
/// written nothing and is not promoted. Everything else, and a LUN that carries VMs of both sites,
/// is refused with the list of what each choice loses.
/// KEEP names a site that an operator chose, "" for none.
Resolution resolve(const Topology& topology, const Lun& lun, const std::string& node,
                   const CopyFacts& facts, const std::string& keep);

} // namespace twinsite::site
