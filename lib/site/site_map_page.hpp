// The parts of the site map's page that several files make.
#pragma once

#include <twinsite/site/site_map.hpp>

#include <string>
#include <string_view>

namespace twinsite::site::page {

extern const std::string_view style;

/// Which of two colours: the first site's, or the other's.
std::string_view colour(const SiteMap& map, std::string_view home);

/// A VM's box, in the colour of its home, with what is wrong with its place.
std::string vm_box(const SiteMap& map, const VmEntry& vm);

/// A bar of USED out of ROOM, red when MORE than FULL percent of it.
std::string bar(std::int64_t used, std::int64_t room, std::int64_t full);

/// Each LUN with an arrow from the promoted copy to the other, its VMs below the side they run on,
/// and a line across for each VM in the other site. Nothing unless there are two sites.
std::string wiring(const SiteMap& map);

/// The votes, and the state of every link of Corosync's.
std::string votes(const SiteMap& map);

/// What the loss of each host and site asks of the others.
std::string capacity(const SiteMap& map);

} // namespace twinsite::site::page
