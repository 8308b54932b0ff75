// Which host of its home site each VM prefers, and where it runs when nothing fails.
#pragma once

#include <twinsite/site/topology.hpp>

#include <string>
#include <vector>

namespace twinsite::site {

/// One host name for each VM of the topology, in its order; "" where the home has no compute node
/// (for the VM of a converged LUN: none with a copy).
/// A VM's own "host" wins; the others go, in the order of the file, to the host with the most
/// memory left (the fewest VMs where memory is not stated). A VM added at the end of the file
/// therefore moves no other. Only where that overfills a host the largest go first, if all fit
/// then.
std::vector<std::string> preferred_hosts(const Topology& topology);

/// The host on which Pacemaker runs each VM when nothing fails: the preferred one while memory
/// lasts, by priority; then another of its home, or of the other site where it may leave its own.
/// "" for a VM that finds no room at all.
std::vector<std::string> normal_hosts(const Topology& topology);

} // namespace twinsite::site
