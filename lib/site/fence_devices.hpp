// Which fence devices a node's outlets make.
#pragma once

#include <twinsite/site/topology.hpp>

#include <string>
#include <vector>

namespace twinsite::site {

/// The outlets of one node on one PDU: one device, off only when all of them are.
struct FenceDevice {
    std::string id;
    const Pdu* pdu = nullptr; ///< never none
    std::vector<std::string> outlets;
};

/// In the order in which the node names its PDUs. TOPOLOGY must outlive them.
std::vector<FenceDevice> fence_devices(const Topology& topology, const Node& node);

} // namespace twinsite::site
