// What a change of the configuration would interrupt.
#pragma once

#include <twinsite/site/movement.hpp>
#include <twinsite/site/xml.hpp>

#include <vector>

namespace twinsite::site {

/// The movements that an admin has to agree to, less those in UNAVOIDABLE (which happen anyway).
/// BEFORE and AFTER are the CIBs around the change.
///   - a node that is fenced;
///   - a VM of twinsite's that stops or restarts. Its mirrors, targets and addresses may: the
///     guests wait for them;
///   - anything of others' that stops, restarts or is demoted, since twinsite cannot know what
///     depends on it. Not a fence device, which fences from any node; not the instance of a clone
///     on a node that goes into standby, which is what standby means.
std::vector<Movement> interruptions(const std::vector<Movement>& movements,
                                    const std::vector<Movement>& unavoidable, const Xml& before,
                                    const Xml& after);

} // namespace twinsite::site
