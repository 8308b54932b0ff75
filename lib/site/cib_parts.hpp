// The parts of a rendered CIB, each by one function. They add to RESOURCES and CONSTRAINTS.
#pragma once

#include <twinsite/site/scores.hpp>
#include <twinsite/site/topology.hpp>
#include <twinsite/site/xml.hpp>

namespace twinsite::site::cib {

/// Takes the elements of one section of the CIB, in their order.
class Section {
public:
    Section() = default;
    Section(const Section&) = delete;
    Section& operator=(const Section&) = delete;
    virtual ~Section() = default;
    virtual void add(Xml element) = 0;
};

void add_cluster_properties(const Topology& topology, Xml& crm_config);
void add_nodes(const Topology& topology, Xml& nodes);
/// Devices, their bans from the node they kill, and levels for nodes with several devices.
void add_fencing(const Topology& topology, Section& resources, Section& constraints, Xml& levels);
void add_lun(const Topology& topology, const Lun& lun, const Scores& scores, Section& resources,
             Section& constraints);
void add_vms(const Topology& topology, const Scores& scores, Section& resources,
             Section& constraints);

} // namespace twinsite::site::cib
