// A topology as the JSON that lib/config reads.
#pragma once

#include "cli/json.hpp"

#include <twinsite/site/topology.hpp>

namespace twinsite::cli {

/// Keys that hold nothing are left out, required ones included: check then names what is missing.
Json to_json(const site::Topology& topology);

} // namespace twinsite::cli
