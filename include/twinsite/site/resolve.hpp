// After a split brain: which copy of a LUN survives, what would be lost, and by which commands.
#pragma once

#include <twinsite/site/topology.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace twinsite::site {

/// What one node knows of its own copy. Empty fields are unknown.
struct CopyFacts {
    bool configured = false;
    bool connected = false;    ///< to the peer: then there is nothing to resolve
    bool refuses_peer = false; ///< StandAlone
    bool split_brain = false;  ///< recorded here, and not resolved since
    bool up_to_date = false;
    bool promoted = false;
    std::optional<std::uint64_t> written_kib; ///< since the peer was lost (DRBD's out-of-sync)
};

enum class Verdict {
    nothing_to_do,
    keep_this,    ///< this node's copy survives
    discard_this, ///< this node's copy is overwritten
    refuse,       ///< only an operator can choose
};
std::string_view to_string(Verdict verdict);

struct Resolution {
    std::string lun;
    Verdict verdict = Verdict::nothing_to_do;
    std::string reason;
    std::string loss;                               ///< what is lost by it
    std::vector<std::vector<std::string>> commands; ///< argument vectors, to be run on this node
    std::vector<std::string> elsewhere;             ///< what has to be run on the other node
};

/// On NODE, about one LUN. The copy at the LUN's home survives: that is where its VMs wrote. A
/// LUN that carries VMs of both sites is refused with the list of what each choice loses.
/// KEEP names a site that an operator chose, "" for none.
Resolution resolve(const Topology& topology, const Lun& lun, const std::string& node,
                   const CopyFacts& facts, const std::string& keep);

} // namespace twinsite::site
