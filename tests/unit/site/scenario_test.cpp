// Every scenario directory against twinsite's own model.
#include "tests/support/scenarios.hpp"
#include "tests/support/topologies.hpp"

#include <twinsite/base/text.hpp>
#include <twinsite/site/check.hpp>

#include <gtest/gtest.h>

#include <set>

namespace twinsite::site {
namespace {

using twinsite::testing::Scenario;

class ScenarioTest : public ::testing::TestWithParam<Scenario> {};

std::string line(const LunOutcome& lun) {
    std::string text(to_string(lun.fate));
    if (!lun.promoted_on.empty()) {
        text += " " + join(lun.promoted_on, " and ");
    }
    return text + ", " + lun.divergence;
}

std::string line(const VmOutcome& vm) {
    return std::string(to_string(vm.fate)) + (vm.to.empty() ? "" : " " + vm.to);
}

TEST_P(ScenarioTest, ends_as_expected) {
    const Scenario& scenario = GetParam();
    const Topology topology = twinsite::testing::topology_from(scenario.topology_text);
    auto failure = parse_failure(topology, scenario.fail);
    ASSERT_TRUE(failure) << failure.error().message;
    failure->confirmed_dead.insert(scenario.confirm.begin(), scenario.confirm.end());
    const Outcome outcome = what_if(topology, *failure);

    std::map<std::string, std::string> luns;
    for (const LunOutcome& lun : outcome.luns) {
        luns[lun.lun] = line(lun);
    }
    std::map<std::string, std::string> vms;
    for (const VmOutcome& vm : outcome.vms) {
        vms[vm.vm] = line(vm);
    }
    EXPECT_EQ(luns, scenario.luns);
    EXPECT_EQ(vms, scenario.vms);
    EXPECT_EQ(outcome.needs_go_live, scenario.needs_go_live);
    EXPECT_EQ(written_on_both_sides(topology, outcome), scenario.conflict);

    std::set<std::string> codes;
    for (const Finding& finding : check(topology)) {
        if (finding.severity != Severity::notice) {
            codes.insert(finding.code);
        }
    }
    EXPECT_EQ(codes, std::set<std::string>(scenario.findings.begin(), scenario.findings.end()));
}

INSTANTIATE_TEST_SUITE_P(Scenarios, ScenarioTest,
                         ::testing::ValuesIn(twinsite::testing::all_scenarios()),
                         [](const auto& each) { return twinsite::testing::test_name(each.param); });

} // namespace
} // namespace twinsite::site
