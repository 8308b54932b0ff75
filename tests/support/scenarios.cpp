#include "tests/support/scenarios.hpp"

#include "tests/support/topologies.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>

namespace twinsite::testing {

namespace {

using Changes = std::vector<std::pair<std::string, std::string>>;

Scenario read(const std::filesystem::path& directory) {
    std::ifstream file(directory / "scenario.json");
    const auto json = nlohmann::json::parse(file);
    Scenario scenario;
    scenario.name = directory.filename().string();
    scenario.topology_text = example_text();
    for (const auto& [what, with] : json.value("replace", Changes{})) {
        const auto at = scenario.topology_text.find(what);
        if (at == std::string::npos) {
            throw std::runtime_error(scenario.name + ": the example has no " + what);
        }
        scenario.topology_text.replace(at, what.size(), with);
    }
    if (json.value("policy", "") == "majority") {
        scenario.topology_text = with_majority(scenario.topology_text);
    }
    json.at("fail").get_to(scenario.fail);
    scenario.confirm = json.value("confirm", std::vector<std::string>{});
    scenario.needs_go_live = json.value("needs_go_live", false);
    scenario.conflict = json.value("conflict", std::vector<std::string>{});
    scenario.findings = json.value("findings", std::vector<std::string>{});
    json.at("luns").get_to(scenario.luns);
    json.at("vms").get_to(scenario.vms);
    return scenario;
}

} // namespace

std::vector<Scenario> all_scenarios() {
    std::vector<Scenario> scenarios;
    for (const auto& entry : std::filesystem::directory_iterator(TWINSITE_SCENARIOS)) {
        scenarios.push_back(read(entry.path()));
    }
    std::sort(scenarios.begin(), scenarios.end(),
              [](const Scenario& a, const Scenario& b) { return a.name < b.name; });
    return scenarios;
}

std::string test_name(const Scenario& scenario) {
    std::string name = scenario.name;
    std::replace(name.begin(), name.end(), '-', '_');
    return name;
}

} // namespace twinsite::testing
