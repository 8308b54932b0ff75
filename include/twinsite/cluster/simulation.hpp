// Pacemaker's own answer to "what would happen": its scheduler, through crm_simulate.
#pragma once

#include <twinsite/base/deadline.hpp>
#include <twinsite/base/result.hpp>
#include <twinsite/cluster/event.hpp>
#include <twinsite/process/command.hpp>
#include <twinsite/site/movement.hpp>
#include <twinsite/site/xml.hpp>

#include <string_view>
#include <vector>

namespace twinsite::cluster {

/// What the cluster would do next, given CIB (configuration and status).
/// Errors: not_installed without Pacemaker's command line tools; timeout; protocol.
Result<std::vector<site::Movement>> simulate(process::CommandRunner& runner, const site::Xml& cib,
                                             const Deadline& deadline);
/// The same, when EVENT has just happened to it.
Result<std::vector<site::Movement>> simulate(process::CommandRunner& runner, site::Xml cib,
                                             const Event& event, const Deadline& deadline);

/// The <actions> of crm_simulate --output-as=xml.
Result<std::vector<site::Movement>> parse_simulation(std::string_view xml);

} // namespace twinsite::cluster
