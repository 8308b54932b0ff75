// The cluster's configuration as Pacemaker takes it.
#pragma once

#include <twinsite/site/topology.hpp>
#include <twinsite/site/xml.hpp>

#include <functional>
#include <string_view>

namespace twinsite::site {

/// A whole, valid CIB (schema pacemaker-3.9) that holds what the topology asks for and nothing
/// else. The same topology gives the same text.
Xml render_cib(const Topology& topology);

/// to_text(render_cib(TOPOLOGY)) in pieces: half of the time and a fraction of the memory, because
/// no tree of 10,000 VMs is made.
void write_cib(const Topology& topology, const std::function<void(std::string_view)>& write);

} // namespace twinsite::site
