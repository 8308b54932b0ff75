// What is exported now, whatever exports it, and how that differs from what should be.
#pragma once

#include <twinsite/target/specification.hpp>

#include <optional>
#include <set>
#include <string>
#include <vector>

namespace twinsite::target {

struct ExportedLun {
    std::uint64_t number = 0;
    std::string path;
    bool active = false;                ///< the backing store is open
    bool same_device = true;            ///< PATH still names the device that was opened
    std::optional<Identity> identity{}; ///< nothing: it could not be read
    std::optional<bool> read_only{};
    Switches attributes{};    ///< of those the specification names
    std::string alua_state{}; ///< when the specification has one
    /// Initiators registered for persistent reservations (SPC-4, 5.14); nothing: it is not known.
    std::optional<unsigned> registrations{};
};

struct ExportedInitiator {
    std::string name;
    std::set<std::uint64_t> luns{};
    std::set<std::uint64_t> read_only_luns{};
    Credentials incoming{};
    Credentials outgoing{};
    unsigned sessions = 0;
};

enum class Presence {
    absent,   ///< positive evidence: nobody on this node exports a target of this name
    ours,     ///< a target of this name exists and was built by this agent, perhaps added to
    foreign,  ///< a target of this name exists and somebody else built it
    leftover, ///< no target of this name, but a part of one that this agent built
};

struct Exported {
    Presence presence = Presence::absent;
    std::string detail{}; ///< of foreign: how it was told apart; of leftover: what it is
    bool enabled = false;
    bool open_to_all = false; ///< every initiator may log in
    bool authenticated = false;
    bool iser = false; ///< every portal speaks it
    std::vector<ExportedLun> luns{};
    std::vector<std::string> portals{};
    std::vector<ExportedInitiator> initiators{};
    Credentials incoming{}; ///< of an open target
    Credentials outgoing{};
    bool passwords_visible = true; ///< false: only the users were read
    Switches session_parameters{}; ///< of those the specification names
    /// What is wrong whatever is wanted, a sentence each: what somebody else added or turned.
    std::vector<std::string> faults{};
    unsigned sessions = 0;
};

/// One sentence for each difference, the gravest first; none: exported as specified.
/// Only meaningful for Presence::ours.
std::vector<std::string> differences(const Specification& wanted, const Exported& found);

} // namespace twinsite::target
