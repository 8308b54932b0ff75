// What resources need of a node and nodes offer, as Pacemaker counts it.
#pragma once

#include <twinsite/site/xml.hpp>

#include <string>
#include <vector>

namespace twinsite::site {

struct Unoffered {
    std::string resource;
    std::vector<std::string> names{}; ///< of utilization attributes
};

/// The resources of a <configuration> that Pacemaker stops, and starts nowhere: its
/// placement-strategy counts utilization, and no node offers as much as they need. To
/// ocf:heartbeat:VirtualDomain (4.5 to today) belongs also what it has not stated yet: its monitor
/// sets cpu, host_memory and hv_memory unless its autoset_utilization_* say no.
std::vector<Unoffered> unoffered_utilization(const Xml& configuration);

/// What to do about one of them.
std::string remedy_for(const Unoffered& unoffered);

/// Those that are so in AFTER and not in BEFORE, both CIBs.
std::vector<Unoffered> newly_unoffered(const Xml& before, const Xml& after);

/// "web01: its utilization cpu is more than any node offers; Pacemaker stops it, and starts it
/// nowhere".
std::string to_text(const Unoffered& unoffered);

} // namespace twinsite::site
