// The live cluster, for commands that change it.
#pragma once

#include "cli/command.hpp"

#include <twinsite/base/result.hpp>
#include <twinsite/cluster/configuration.hpp>
#include <twinsite/site/state.hpp>
#include <twinsite/site/topology.hpp>
#include <twinsite/site/xml.hpp>

#include <memory>

namespace twinsite::cli {

struct Live {
    std::unique_ptr<cluster::Configuration> configuration;
    site::Xml cib;
    site::ClusterState state;
};

Result<Live> look_at_cluster();

} // namespace twinsite::cli
