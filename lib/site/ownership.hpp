// Whose a resource is.
#pragma once

#include "lib/site/importing/inventory.hpp"

#include <twinsite/site/xml.hpp>

#include <string>
#include <unordered_set>

namespace twinsite::site {

/// The ids that the tag "twinsite" of a <configuration> lists: primitives, groups and clones.
std::unordered_set<std::string> owned_resources(const Xml& configuration);

/// Whether ITEM, or the group or clone that it is in, is in OWNED.
bool is_owned(const std::unordered_set<std::string>& owned, const importing::Item& item);

} // namespace twinsite::site
