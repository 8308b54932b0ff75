// Whether a living cluster's options fit the isolation policy.
#pragma once

#include <twinsite/site/finding.hpp>
#include <twinsite/site/topology.hpp>

#include <string>
#include <vector>

namespace twinsite::site {

/// The cluster properties of these names; "" where they are not set.
struct IsolationOptions {
    std::string no_quorum_policy;
    std::string stonith_watchdog_timeout;
};

/// cluster-policy-mismatch
void check_isolation(const Topology& topology, const IsolationOptions& live,
                     std::vector<Finding>& findings);

} // namespace twinsite::site
