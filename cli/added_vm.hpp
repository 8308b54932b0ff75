// The VM of "whatif --add-vm".
#pragma once

#include <twinsite/base/result.hpp>
#include <twinsite/site/topology.hpp>

#include <string>

namespace twinsite::cli {

/// TEXT, "memory_mib=2048,home=rz1[,name=N][,lun=L]", as one more VM at the end of TOPOLOGY.
/// Error invalid_config for what is missing, unknown or taken.
Status add_vm(site::Topology& topology, const std::string& text);

} // namespace twinsite::cli
