// Configuration files of the engines below Pacemaker.
#pragma once

#include <twinsite/site/topology.hpp>

#include <string>

namespace twinsite::site {

/// /etc/drbd.d/LUN.res, in the grammar of DRBD 8.4. HANDLER is the path of twinsite's drbd-handler.
std::string render_drbd_resource(const Topology& topology, const Lun& lun,
                                 const std::string& handler);

/// /etc/corosync/corosync.conf, the same on every node.
std::string render_corosync(const Topology& topology);

} // namespace twinsite::site
