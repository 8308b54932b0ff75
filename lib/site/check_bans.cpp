#include <twinsite/site/check_live.hpp>
#include <twinsite/site/names.hpp>
#include <twinsite/site/site_map.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace twinsite::site {

namespace {

bool whole(const LunEntry& lun) {
    return !lun.copies.empty() &&
           std::all_of(lun.copies.begin(), lun.copies.end(), [](const CopyEntry& copy) {
               return copy.running && copy.state == CopyState::good;
           });
}

} // namespace

std::vector<Finding> check_bans(const Topology& topology, const Xml& cib,
                                const ClusterState& state) {
    std::vector<Finding> findings;
    const Xml* configuration = cib.child("configuration");
    const Xml* constraints =
        configuration == nullptr ? nullptr : configuration->child("constraints");
    if (constraints == nullptr) {
        return findings;
    }
    const SiteMap map = map_sites(topology, state);
    for (const Xml& ban : constraints->children) {
        if (ban.name != "rsc_location" || !is_mirror_ban(ban.get("id"))) {
            continue;
        }
        for (const LunEntry& lun : map.luns) {
            const std::string clone = mirror_clone_id(lun.lun->name);
            if (ban.get("rsc") == clone && whole(lun)) {
                findings.push_back(
                    {"leftover-fence-constraint", Severity::warning, std::string(ban.get("id")),
                     fmt::format("{} still keeps {} from being promoted though all copies are up "
                                 "to date; DRBD's handler left it",
                                 ban.get("id"), clone),
                     fmt::format("Remove it: \"pcs constraint delete {}\".", ban.get("id"))});
            }
        }
    }
    return findings;
}

std::vector<Finding> check_cluster(const Topology& topology, const Xml& cib,
                                   const ClusterState& state) {
    std::vector<Finding> all = check_configuration(topology, cib);
    for (auto part : {check_bans(topology, cib, state), check_state(topology, state)}) {
        std::move(part.begin(), part.end(), std::back_inserter(all));
    }
    return all;
}

} // namespace twinsite::site
