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

/// XML is the output of `crm_mon -1 --output-as=xml` (2.1.x). Errors: protocol.
Result<ClusterView> parse_cluster_status(const std::string& xml, const ClusterNames& names);

} // namespace twinsite::mirror
