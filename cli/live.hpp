// The live cluster, for commands that change it.
#pragma once

#include "cli/command.hpp"

#include <twinsite/base/result.hpp>
#include <twinsite/cluster/configuration.hpp>
#include <twinsite/cluster/quorum.hpp>
#include <twinsite/site/finding.hpp>
#include <twinsite/site/state.hpp>
#include <twinsite/site/topology.hpp>
#include <twinsite/site/xml.hpp>

#include <memory>
#include <vector>

namespace twinsite::cli {

struct Live {
    std::unique_ptr<cluster::Configuration> configuration;
    site::Xml cib;
    site::ClusterState state;
};

Result<Live> look_at_cluster();

/// site::check_witness_clients() with what Corosync says.
std::vector<site::Finding> check_witness(const site::Topology& topology,
                                         const cluster::Quorum& quorum);

} // namespace twinsite::cli
