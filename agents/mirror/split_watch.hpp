// Finds a split brain that DRBD's handler did not report: while there is no connection each side
// shows its generation identifiers to the cluster, and reads the other's.
#pragma once

#include "agents/mirror/folders.hpp"

#include <twinsite/base/deadline.hpp>
#include <twinsite/mirror/generation.hpp>
#include <twinsite/mirror/memory.hpp>
#include <twinsite/process/command.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace twinsite::mirror {

/// The node attribute that shows this side's generations: mirror-generation-RESOURCE.
std::string generation_attribute(std::string_view resource);

/// What both sides told the cluster, in the attribute above and in that of a split brain.
Result<std::vector<Generation>> shown_generations(std::string_view resource,
                                                  process::CommandRunner& runner,
                                                  const Deadline& deadline);

/// The last generation OURS has in common with one of SHOWN: hexadecimal, "none"; "" when SHOWN
/// has no other than ours.
std::string find_ancestor(const Generation& ours, const std::vector<Generation>& shown);

class SplitWatch {
public:
    /// Seconds between two looks while nothing has changed here.
    static constexpr UnixTime look_interval = 60;
    /// Seconds after which an attribute is told again: the cluster may have lost it.
    static constexpr UnixTime tell_interval = 300;

    SplitWatch(std::string resource, const Folders& folders, process::CommandRunner& runner,
               Clock& clock);

    /// For a side without a connection. Both sides have a current generation that the other does
    /// not know: a split brain.
    std::optional<SplitBrain> look(const Observation& seen, UnixTime now, const Deadline& deadline);
    /// There is a connection, or the mirror is stopped. Costs nothing when nothing was told.
    void withdraw(const Deadline& deadline);

private:
    /// What the last look found, in RUN/RESOURCE.apart.
    struct Note {
        std::string key;
        UnixTime looked = 0;
        UnixTime told = 0;
        std::string generation;
    };
    [[nodiscard]] Note read() const;
    void tell(Note& note, const std::string& generation, UnixTime now, const Deadline& deadline);

    std::string resource_;
    std::filesystem::path file_;
    process::CommandRunner& runner_;
    Clock& clock_;
};

} // namespace twinsite::mirror
