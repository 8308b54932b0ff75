#include "tests/support/scenarios.hpp"

#include "tests/support/topologies.hpp"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <stdexcept>

namespace twinsite::testing {

namespace {

Scenario read(const std::filesystem::path& directory) {
    std::ifstream file(directory / "scenario.json");
    const auto json = nlohmann::json::parse(file);
    Scenario scenario;
    scenario.name = directory.filename().string();
    scenario.topology_text = example_text();
    for (const auto& pair : json.value("replace", nlohmann::json::array())) {
        const auto what = pair.at(0).get<std::string>();
        const auto at = scenario.topology_text.find(what);
        if (at == std::string::npos) {
            throw std::runtime_error(scenario.name + ": the example has no " + what);
        }
        scenario.topology_text.replace(at, what.size(), pair.at(1).get<std::string>());
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
