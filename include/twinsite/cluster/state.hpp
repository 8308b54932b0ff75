// What Pacemaker's own status library makes of a CIB: who is there and what runs where.
#pragma once

#include <twinsite/base/result.hpp>
#include <twinsite/site/state.hpp>
#include <twinsite/site/xml.hpp>

namespace twinsite::cluster {

/// Error protocol when the CIB cannot be interpreted.
Result<site::ClusterState> interpret(const site::Xml& cib);

} // namespace twinsite::cluster
