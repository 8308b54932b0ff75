// What a change removes while it runs is stopped before it is removed.
#pragma once

#include "cli/commands.hpp"

#include <twinsite/base/result.hpp>
#include <twinsite/cluster/configuration.hpp>
#include <twinsite/site/xml.hpp>

#include <functional>
#include <string>

namespace twinsite::cli {

/// Stops what BEFORE has and AFTER has not, and waits until it is stopped: ten minutes, or as long
/// as CONSENT waits. Returns the CIB that the change then begins with: BEFORE itself where nothing
/// had to be stopped. TELL hears what is waited for. CHANGED becomes true when the cluster's
/// configuration was changed for it; the same command may follow after any error.
/// Errors: conflict when CONSENT does not cover it, or somebody else changed the configuration in
/// between; timeout when it did not stop; those of the cluster.
Result<site::Xml> stop_what_goes(cluster::Configuration& live, const site::Xml& before,
                                 const site::Xml& after, const Consent& consent,
                                 const std::function<void(const std::string&)>& tell,
                                 bool& changed);

} // namespace twinsite::cli
