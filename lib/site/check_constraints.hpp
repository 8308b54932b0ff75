// Traps in the constraints of a living cluster, whoever wrote them.
#pragma once

#include <twinsite/site/finding.hpp>
#include <twinsite/site/topology.hpp>
#include <twinsite/site/xml.hpp>

#include <vector>

namespace twinsite::site {

/// constraint-infinity-on-clone, constraint-not-soft, order-restarts-vm, leftover-move-constraint,
/// home-beats-replica-quality. CONSTRAINTS is that section of the CIB.
void check_constraints(const Topology& topology, const Xml& constraints,
                       std::vector<Finding>& findings);

} // namespace twinsite::site
