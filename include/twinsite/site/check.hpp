// What the topology file alone tells about the cluster it describes.
#pragma once

#include <twinsite/site/finding.hpp>
#include <twinsite/site/topology.hpp>

#include <vector>

namespace twinsite::site {

/// duplicate-identity: two things that would answer to the same name, port, device or outlet.
std::vector<Finding> check_identities(const Topology& topology);

/// Power, mirrors, site purity, votes and the isolation policy.
std::vector<Finding> check_placement(const Topology& topology);

/// All of the above, sorted by severity.
std::vector<Finding> check(const Topology& topology);

} // namespace twinsite::site
