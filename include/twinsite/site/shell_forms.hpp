// The rendered configuration as the commands an admin would type.
#pragma once

#include <twinsite/site/xml.hpp>

#include <string>

namespace twinsite::site {

/// A bash script of pcs commands; the first argument, if any, is a CIB file to work on (pcs -f).
/// CIB is what render_cib gave. Nodes must exist.
std::string render_pcs(const Xml& cib);

/// A crmsh configuration, for `crm configure load update FILE`.
std::string render_crmsh(const Xml& cib);

} // namespace twinsite::site
