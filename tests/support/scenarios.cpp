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

/// What a scenario changes in the example.
Changes changes_of(const nlohmann::json& json) {
    Changes changes = json.value("replace", Changes{});
    if (json.value("policy", "") == "majority") {
        changes.emplace_back("\"keep-home\"", "\"majority\"");
        changes.emplace_back("\"sites\":",
                             "\"witness\": { \"address\": \"192.0.2.9\" }, \"sites\":");
        for (const char* node : {"rz1-a", "rz1-b", "rz2-a", "rz2-b"}) {
            const std::string head = "\"" + std::string(node) + "\": {\n";
            changes.emplace_back(head, head + "      \"watchdog\": \"/dev/watchdog\",\n");
        }
    }
    return changes;
}

Scenario read(const std::filesystem::path& directory) {
    std::ifstream file(directory / "scenario.json");
    const auto json = nlohmann::json::parse(file);
    Scenario scenario;
    scenario.name = directory.filename().string();
    scenario.topology_text = example_text();
    for (const auto& [what, with] : changes_of(json)) {
        const auto at = scenario.topology_text.find(what);
        if (at == std::string::npos) {
            throw std::runtime_error(scenario.name + ": the example has no " + what);
        }
        scenario.topology_text.replace(at, what.size(), with);
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
