// What Corosync's votes mean for the isolation policy.
#pragma once

#include <twinsite/site/finding.hpp>
#include <twinsite/site/quorum.hpp>
#include <twinsite/site/topology.hpp>

#include <vector>

namespace twinsite::site {

/// isolation-policy-incomplete: majority, and a member would lose the quorum in a cut though its
/// side has the witness. Nothing is said of nodes that are not among VOTERS.
std::vector<Finding> check_witness_clients(const Topology& topology,
                                           const std::vector<Voter>& voters);

/// The above; and cluster-policy-mismatch: two_node gives both sides of a cut the quorum.
std::vector<Finding> check_quorum(const Topology& topology, const Quorum& quorum);

} // namespace twinsite::site
