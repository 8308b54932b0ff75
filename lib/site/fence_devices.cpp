#include "lib/site/fence_devices.hpp"

#include <twinsite/site/names.hpp>

#include <algorithm>

namespace twinsite::site {

std::vector<FenceDevice> fence_devices(const Topology& topology, const Node& node) {
    std::vector<FenceDevice> devices;
    for (const Outlet& outlet : node.power) {
        const auto same =
            std::find_if(devices.begin(), devices.end(),
                         [&](const FenceDevice& device) { return device.pdu->name == outlet.pdu; });
        if (same != devices.end()) {
            same->outlets.push_back(outlet.outlet);
        } else if (const Pdu* pdu = topology.pdu(outlet.pdu)) {
            devices.push_back({fence_id(node.name, devices.size()), pdu, {outlet.outlet}});
        }
    }
    return devices;
}

} // namespace twinsite::site
