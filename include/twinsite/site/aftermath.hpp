// What is left when Pacemaker has answered an event.
#pragma once

#include <twinsite/site/movement.hpp>
#include <twinsite/site/state.hpp>
#include <twinsite/site/topology.hpp>

#include <string>
#include <vector>

namespace twinsite::site {

/// The VMs of TOPOLOGY that run in BEFORE, and nowhere once the nodes DEAD have died and MOVEMENTS
/// were made.
std::vector<std::string> vms_down(const Topology& topology, const ClusterState& before,
                                  const std::vector<Movement>& movements,
                                  const std::vector<std::string>& dead);

/// The VMs that go on running then while a LUN of theirs, which is served now, is promoted nowhere:
/// their I/O stands still. Nothing is said of converged LUNs.
std::vector<std::string> vms_waiting(const Topology& topology, const ClusterState& before,
                                     const std::vector<Movement>& movements,
                                     const std::vector<std::string>& dead);

} // namespace twinsite::site
