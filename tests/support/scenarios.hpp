// The scenario directories of tests/unit/site/scenarios: a topology, what fails, what must follow.
#pragma once

#include <twinsite/site/topology.hpp>
#include <twinsite/site/what_if.hpp>

#include <map>
#include <string>
#include <vector>

namespace twinsite::testing {

struct Scenario {
    std::string name;
    std::string topology_text; ///< the example, with the scenario's replacements
    std::vector<std::string> fail;
    std::vector<std::string> confirm;
    bool needs_go_live = false;
    std::vector<std::string> conflict;
    std::vector<std::string> findings;       ///< codes besides notices
    std::map<std::string, std::string> luns; ///< "FATE NODE, DIVERGENCE"
    std::map<std::string, std::string> vms;  ///< "FATE NODE"
};

std::vector<Scenario> all_scenarios();
/// For gtest's names.
std::string test_name(const Scenario& scenario);

} // namespace twinsite::testing
