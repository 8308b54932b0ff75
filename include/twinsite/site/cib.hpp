// The cluster's configuration as Pacemaker takes it.
#pragma once

#include <twinsite/site/topology.hpp>
#include <twinsite/site/xml.hpp>

namespace twinsite::site {

/// A whole, valid CIB (schema pacemaker-3.9) that holds what the topology asks for and nothing
/// else. The same topology gives the same text.
Xml render_cib(const Topology& topology);

} // namespace twinsite::site
