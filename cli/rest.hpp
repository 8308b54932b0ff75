// Waiting for Pacemaker to have done what it has begun.
#pragma once

#include <twinsite/base/deadline.hpp>
#include <twinsite/base/result.hpp>
#include <twinsite/cluster/configuration.hpp>
#include <twinsite/site/xml.hpp>

#include <functional>
#include <optional>
#include <string>

namespace twinsite::cli {

/// Pacemaker 2.1 stops and starts a VM whose place changes between the two steps of its migration,
/// so no change is made while one is on its way. Returns the CIB after the wait, or nothing when
/// none was needed; TELL hears who is waited for. Error timeout after ten minutes.
Result<std::optional<site::Xml>>
wait_for_travellers(cluster::Configuration& live,
                    const std::function<void(const std::string&)>& tell);

/// Until Pacemaker would do nothing more. Error timeout, naming what is still to be done.
Status wait_for_rest(cluster::Configuration& live, Milliseconds patience);

} // namespace twinsite::cli
