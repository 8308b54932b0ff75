// DRBD's options in force on this node against the policy.
#pragma once

#include <twinsite/site/finding.hpp>
#include <twinsite/site/topology.hpp>

#include <string>
#include <vector>

namespace twinsite::cli {

/// drbd-policy-mismatch for the LUNs that have a copy on NODE, which must be this one. A LUN whose
/// mirror is down has no options in force; one that cannot be asked is a finding.
std::vector<site::Finding> check_mirrors_here(const site::Topology& topology,
                                              const std::string& node);

} // namespace twinsite::cli
