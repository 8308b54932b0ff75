// Two resources of one cluster must never do the same work.
#pragma once

#include <twinsite/base/result.hpp>
#include <twinsite/site/xml.hpp>

#include <string>
#include <unordered_set>

namespace twinsite::site {

/// Error conflict when a resource of LIVE that is not in OWNED runs the same domain, mirror, target
/// or address as one in WANTED: Pacemaker would start and stop it twice. LIVE and WANTED are
/// <resources>.
Status check_rivals(const Xml& live, const Xml& wanted,
                    const std::unordered_set<std::string>& owned);

} // namespace twinsite::site
