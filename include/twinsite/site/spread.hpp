// Which host of its home site each VM prefers.
#pragma once

#include <twinsite/site/topology.hpp>

#include <string>
#include <vector>

namespace twinsite::site {

/// One host name for each VM of the topology, in its order; "" where the home has no compute node.
/// A VM's own "host" wins; the others go, in the order of the file, to the host with the most
/// memory left (the fewest VMs where memory is not stated). A VM added at the end of the file
/// therefore moves no other.
std::vector<std::string> preferred_hosts(const Topology& topology);

} // namespace twinsite::site
