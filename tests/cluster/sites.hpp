// What scenarios about the loss of a site, or of the other site's sight, ask for.
#pragma once

#include "lab/scenario/events.hpp"
#include "lab/scenario/script.hpp"

#include <string>
#include <vector>

namespace twinsite::lab {

/// The lab's tie-breaker gives the witness's vote to the side with the lowest node id.
std::string winning_site(const SitePlan& plan);
std::string other_site(const SitePlan& plan, const std::string& site);
std::vector<std::string> nodes_of(const SitePlan& plan, const std::string& site);
/// Those at home in SITE.
std::vector<std::string> guests_of(const SitePlan& plan, const std::string& site);
/// Those that live on LUN.
std::vector<std::string> guests_on_lun(const SitePlan& plan, const std::string& lun);
/// All guests of the plan but GUESTS.
std::vector<std::string> guests_besides(const SitePlan& plan,
                                        const std::vector<std::string>& guests);

/// "" when GUESTS count, all of them in SITE.
std::string missing_in(Stage& stage, const std::string& site,
                       const std::vector<std::string>& guests);
/// The same for every guest.
std::string missing_in(Stage& stage, const std::string& site);
/// "" when none of GUESTS has been heard for a while.
std::string still_heard(Stage& stage, const std::vector<std::string>& guests);
void power_all(Script& script, const std::vector<std::string>& nodes, const std::string& action);
/// The side without the quorum ends itself, WINNER takes everything over.
void await_takeover(Script& script, const std::string& winner);

} // namespace twinsite::lab
