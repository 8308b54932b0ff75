// Pacemaker's own answer to "what would happen": its scheduler, through crm_simulate.
#pragma once

#include <twinsite/base/deadline.hpp>
#include <twinsite/base/result.hpp>
#include <twinsite/process/command.hpp>
#include <twinsite/site/movement.hpp>
#include <twinsite/site/xml.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace twinsite::cluster {

struct Event {
    std::vector<std::string> failed_nodes;
    std::vector<std::string> lost_nodes; ///< out of sight, not to be fenced now
    bool quorum_lost = false;
};

/// What the cluster would do next, given CIB (configuration and status) and EVENT.
/// Errors: not_installed without Pacemaker's command line tools; timeout; protocol.
Result<std::vector<site::Movement>> simulate(process::CommandRunner& runner, const site::Xml& cib,
                                             const Event& event, const Deadline& deadline);

/// The <actions> of crm_simulate --output-as=xml.
Result<std::vector<site::Movement>> parse_simulation(std::string_view xml);

} // namespace twinsite::cluster
