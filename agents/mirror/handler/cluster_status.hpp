// What the handler needs of crm_mon's XML.
#pragma once

#include <twinsite/base/result.hpp>
#include <twinsite/mirror/fence.hpp>

#include <string>
#include <string_view>

namespace twinsite::mirror {

struct ClusterNames {
    std::string resource; ///< the DRBD resource
    std::string mirror;   ///< the primitive's id in the cluster
    std::string peer;     ///< the peer's node
    std::string own_node;
};

/// The node attribute by which an operator accepts on a node that a mirror's data may lack what the
/// dead peer wrote last: mirror-accept-loss-RESOURCE = true.
std::string accept_loss_attribute(std::string_view resource);

/// XML is the output of `crm_mon -1 --output-as=xml` (2.1.x). Errors: protocol.
Result<ClusterView> parse_cluster_status(const std::string& xml, const ClusterNames& names);

} // namespace twinsite::mirror
