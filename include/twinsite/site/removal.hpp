// Resources that a change takes out of the configuration while they run. Pacemaker stops such an
// orphan with the parameters that its controller remembers; it demotes it without any, and stops it
// without any after a refresh (2.1.5, seen in the lab): "not configured", and the node is fenced.
// So what goes is stopped first, as pcs and crmsh do it.
#pragma once

#include <twinsite/site/state.hpp>
#include <twinsite/site/xml.hpp>

#include <string>
#include <vector>

namespace twinsite::site {

struct Removal {
    std::vector<std::string> primitives; ///< that run and go
    /// What to stop for it: a primitive, or the clone or group that goes as a whole.
    std::vector<std::string> resources;

    [[nodiscard]] bool empty() const { return primitives.empty(); }
};

/// BEFORE and AFTER are CIBs, STATE is that of BEFORE. Fence devices do not count: nothing is asked
/// of their agent to stop them.
Removal removed_while_running(const Xml& before, const Xml& after, const ClusterState& state);

/// BEFORE with target-role=Stopped for REMOVAL's resources, and no other change.
Xml stopped_first(const Xml& before, const Removal& removal);

/// "vm_rot on rz1-a": the first of REMOVAL's primitives that runs in STATE; "" when none does.
std::string still_running(const Removal& removal, const ClusterState& state);

} // namespace twinsite::site
