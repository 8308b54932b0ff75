// What Pacemaker would do to one resource.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace twinsite::site {

enum class MovementKind {
    start,
    stop,
    restart, ///< stop and start, on the same node or, with FROM and TO, on another
    migrate, ///< live: a VM goes on running
    promote,
    demote,
    fence, ///< RESOURCE is a node
};
std::string_view to_string(MovementKind kind);

struct Movement {
    std::string resource;
    MovementKind kind = MovementKind::start;
    std::string from; ///< node, "" when it ran nowhere
    std::string to;   ///< node, "" when it will run nowhere
    std::string reason;

    friend bool operator==(const Movement&, const Movement&) = default;
};

/// The VMs among them, whoever's, that are on their way from one node to another.
std::vector<Movement> travellers(const std::vector<Movement>& movements);

/// "vm_rot: migrate rz1-a -> rz1-b".
std::string to_text(const Movement& movement);

} // namespace twinsite::site
