// A VM's libvirt domain XML against the topology.
#pragma once

#include <twinsite/site/finding.hpp>
#include <twinsite/site/topology.hpp>
#include <twinsite/site/xml.hpp>

#include <vector>

namespace twinsite::site {

/// vm-disk-not-on-lun: a disk that is not on one of the VM's LUNs, through its target or, on a
/// converged node, through its mirror device. balloon-enabled: memory that the capacity check
/// cannot count on. DOMAIN is the <domain> element, texts included.
std::vector<Finding> check_domain(const Topology& topology, const Vm& vm, const Xml& domain);

} // namespace twinsite::site
