// What brings home what is away: the failback policy, or an admin.
#pragma once

#include <twinsite/site/site_map.hpp>
#include <twinsite/site/topology.hpp>

#include <string>

namespace twinsite::site {

/// A remedy for lun-away-from-home.
std::string how_it_returns(const Topology& topology, const LunEntry& lun);

/// A remedy for vm-away-from-home. MAP is where VM is from.
std::string how_it_returns(const Topology& topology, const SiteMap& map, const VmEntry& vm);

} // namespace twinsite::site
