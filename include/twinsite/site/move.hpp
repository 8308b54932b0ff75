// Changing homes: what has to come along so that every LUN stays site-pure.
#pragma once

#include <twinsite/base/result.hpp>
#include <twinsite/site/topology.hpp>

#include <string>
#include <vector>

namespace twinsite::site {

struct HomeChange {
    std::vector<std::string> luns;
    std::vector<std::string> vms;
    std::string to;
};

/// A VM and, with WITH_LUN, its LUNs and everything else on them.
/// Errors: invalid_config for names that do not exist; conflict when it would leave its LUN behind.
Result<HomeChange> move_vm(const Topology& topology, const std::string& vm, const std::string& to,
                           bool with_lun);
/// A LUN with all its VMs and their other LUNs.
Result<HomeChange> move_lun(const Topology& topology, const std::string& lun,
                            const std::string& to);

Topology with_homes(Topology topology, const HomeChange& change);

} // namespace twinsite::site
