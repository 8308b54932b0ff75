// The parts of a rendered CIB, each by one function. They append to RESOURCES and CONSTRAINTS.
#pragma once

#include <twinsite/site/scores.hpp>
#include <twinsite/site/topology.hpp>
#include <twinsite/site/xml.hpp>

namespace twinsite::site::cib {

void add_cluster_properties(const Topology& topology, Xml& crm_config);
void add_nodes(const Topology& topology, Xml& nodes);
/// Devices, their bans from the node they kill, and levels for nodes with several devices.
void add_fencing(const Topology& topology, Xml& resources, Xml& constraints, Xml& levels);
void add_lun(const Topology& topology, const Lun& lun, const Scores& scores, Xml& resources,
             Xml& constraints);
void add_vms(const Topology& topology, const Scores& scores, Xml& resources, Xml& constraints);

} // namespace twinsite::site::cib
