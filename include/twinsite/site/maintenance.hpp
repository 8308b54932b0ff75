// Maintenance mode: Pacemaker starts and stops nothing, whatever the configuration says.
#pragma once

#include <twinsite/site/xml.hpp>

#include <optional>

namespace twinsite::site {

/// CIB as it would be when maintenance mode ends; nothing where the cluster is not in it.
std::optional<Xml> after_maintenance(const Xml& cib);

} // namespace twinsite::site
