// What this node remembers of a mirror beyond what DRBD keeps, so that it survives a power cut.
#pragma once

#include <twinsite/base/deadline.hpp>
#include <twinsite/base/result.hpp>
#include <twinsite/mirror/observation.hpp>

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace twinsite::mirror {

/// Seconds since 1970, UTC.
using UnixTime = std::int64_t;

/// Found on this side, by DRBD's split-brain handler or from the generations of both sides.
struct SplitBrain {
    UnixTime detected = 0;
    std::string generation{}; ///< ours, as drbdsetup get-gi prints it
    Role role = Role::unknown;
    std::uint64_t out_of_sync_kib = 0; ///< what this side wrote since the sides parted
    /// The last generation both sides had, hexadecimal; "" while the peer's is not known.
    std::string ancestor{};
    /// The sides have been connected since: one of them was chosen, and the other is resynced.
    bool reconnected = false;

    friend bool operator==(const SplitBrain&, const SplitBrain&) = default;
};

struct RoleChange {
    UnixTime at = 0;
    Role role = Role::unknown;

    friend bool operator==(const RoleChange&, const RoleChange&) = default;
};

struct Memory {
    std::string banned_node{}; ///< whose replica a constraint of ours keeps from promotion
    std::optional<SplitBrain> split_brain{};
    std::vector<RoleChange> roles{}; ///< the latest last
    UnixTime verified = 0;           ///< when the last verify run ended, 0: never
    UnixTime verify_begun = 0;       ///< the run under way, 0: none of ours
    std::string verify_link{};       ///< the unbroken connection it was begun on
    std::uint64_t differing_kib = 0; ///< what it found
    /// An operator accepts that writes may be missing (twinsite go-live), until the mirror is
    /// whole.
    bool loss_accepted = false;
    /// An earlier record was damaged: what stood in it is not known, until the mirror is whole.
    bool incomplete = false;

    friend bool operator==(const Memory&, const Memory&) = default;
};

class MemoryFile {
public:
    /// FOLDER/RESOURCE.json. The folder is made when something is stored.
    MemoryFile(std::filesystem::path folder, std::string_view resource);

    /// A missing file is an empty memory. Errors: protocol when the file is not ours to read.
    [[nodiscard]] Result<Memory> load() const;
    /// Load, change, store; under a lock that the agent and DRBD's handlers share. A file that
    /// cannot be understood is replaced, by one that is incomplete. Nothing is written when CHANGE
    /// changed nothing.
    Status update(const std::function<void(Memory&)>& change, Clock& clock,
                  const Deadline& deadline) const;

private:
    std::filesystem::path folder_;
    std::filesystem::path file_;
};

inline constexpr std::size_t remembered_roles = 16;

/// Where agent, handlers and command keep it.
inline constexpr const char* memory_folder = "/var/lib/twinsite/mirror";

} // namespace twinsite::mirror
