#include "tests/support/topologies.hpp"

#include <twinsite/config/topology_file.hpp>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace twinsite::config {
namespace {

using ::testing::HasSubstr;
using twinsite::testing::example_with;

/// The only finding of TEXT.
site::Finding only_finding(const std::string& text) {
    const auto loaded = parse_topology(text);
    if (!loaded) {
        ADD_FAILURE() << loaded.error().message;
        return {};
    }
    EXPECT_EQ(loaded->findings.size(), 1U);
    EXPECT_FALSE(loaded->topology);
    for (std::size_t i = 1; i < loaded->findings.size(); ++i) {
        ADD_FAILURE() << loaded->findings[i].where << ": " << loaded->findings[i].problem;
    }
    return loaded->findings.empty() ? site::Finding{} : loaded->findings.front();
}

TEST(TopologyFile, reads_the_example) {
    const auto topology = twinsite::testing::example_topology();
    EXPECT_EQ(topology.cluster, "metro");
    EXPECT_EQ(topology.sites, (std::vector<std::string>{"rz1", "rz2"}));
    ASSERT_EQ(topology.nodes.size(), 4U);
    EXPECT_EQ(topology.nodes[0].name, "rz1-a");
    EXPECT_TRUE(topology.nodes[0].storage);
    EXPECT_FALSE(topology.nodes[1].storage);
    EXPECT_EQ(topology.nodes[0].power.size(), 2U);
    EXPECT_EQ(topology.nodes[3].id, 4U);
    ASSERT_EQ(topology.luns.size(), 2U);
    EXPECT_EQ(topology.luns[0].mirror.device, "/dev/drbd0");
    ASSERT_EQ(topology.vms.size(), 4U);
    EXPECT_EQ(topology.vms[0].name, "rot");
    EXPECT_EQ(topology.vms[0].luns, std::vector<std::string>{"red"});
    EXPECT_EQ(topology.policy.isolation, site::Isolation::keep_home);
    EXPECT_EQ(topology.policy.failback, site::Failback::automatic);
}

TEST(TopologyFile, names_the_nearest_known_key) {
    const auto finding = only_finding(example_with("\"memory_mib\"", "\"memroy_mib\""));
    EXPECT_EQ(finding.code, "schema-invalid");
    EXPECT_EQ(finding.where, "/nodes/rz1-a/memroy_mib");
    EXPECT_THAT(finding.problem, HasSubstr("did you mean \"memory_mib\"?"));
}

TEST(TopologyFile, reads_how_long_a_guest_gets_to_shut_down) {
    const auto with = [](const std::string& value) {
        return parse_topology(
            example_with("\"priority\": 5", "\"priority\": 5, \"shutdown_timeout\": " + value));
    };
    const auto loaded = with("20");
    ASSERT_TRUE(loaded && loaded->topology);
    EXPECT_EQ(loaded->topology->vms[0].shutdown_timeout, 0);
    EXPECT_EQ(loaded->topology->vms[1].shutdown_timeout, 20);
    const auto wrong = with("-1");
    ASSERT_TRUE(wrong);
    ASSERT_FALSE(wrong->findings.empty());
    EXPECT_EQ(wrong->findings.front().where, "/vms/rosa/shutdown_timeout");
}

TEST(TopologyFile, names_line_and_column_of_broken_json) {
    const auto loaded = parse_topology("{\n  \"cluster\": \n}");
    ASSERT_FALSE(loaded);
    EXPECT_EQ(loaded.error().kind, ErrorKind::invalid_config);
    EXPECT_THAT(loaded.error().message, HasSubstr("line 3"));
}

TEST(TopologyFile, refuses_a_key_given_twice) {
    const auto loaded = parse_topology(R"({"cluster": "a", "cluster": "b"})");
    ASSERT_FALSE(loaded);
    EXPECT_THAT(loaded.error().message, HasSubstr("\"cluster\" is given twice"));
}

TEST(TopologyFile, refuses_absurd_nesting) {
    const auto loaded = parse_topology(std::string(100000, '['));
    ASSERT_FALSE(loaded);
    EXPECT_THAT(loaded.error().message, HasSubstr("nested deeper"));
}

TEST(TopologyFile, reports_a_wrong_type_with_its_path) {
    const auto finding = only_finding(example_with("\"size_mib\": 64", "\"size_mib\": \"64\""));
    EXPECT_EQ(finding.where, "/luns/red/size_mib");
    EXPECT_THAT(finding.problem, HasSubstr("a whole number is needed here, not a string"));
}

TEST(TopologyFile, reports_a_reference_to_nothing_and_the_nearest_name) {
    const auto finding = only_finding(example_with("[\"red\"]", "[\"rad\"]"));
    EXPECT_EQ(finding.code, "unknown-reference");
    EXPECT_EQ(finding.where, "/vms/rot/luns/0");
    EXPECT_THAT(finding.problem, HasSubstr("did you mean \"red\"?"));
}

TEST(TopologyFile, refuses_names_that_could_break_a_command_or_a_file) {
    const auto finding = only_finding(example_with("\"rosa\":", "\"ro sa; reboot\":"));
    EXPECT_EQ(finding.code, "schema-invalid");
    EXPECT_THAT(finding.problem, HasSubstr("is no usable name"));
}

TEST(TopologyFile, refuses_a_mirror_on_a_node_without_storage) {
    const auto finding =
        only_finding(example_with("\"rz2-a\": \"/dev/ubda\"", "\"rz2-b\": \"/dev/ubda\""));
    EXPECT_EQ(finding.where, "/luns/red/mirror/nodes/rz2-b");
}

TEST(TopologyFile, refuses_a_circle_of_vms_that_wait_for_each_other) {
    std::string text = example_with("\"rot\":  {", "\"rot\":  { \"after\": [\"rosa\"],");
    const std::string_view rosa = "\"rosa\": {";
    text.replace(text.find(rosa), rosa.size(), "\"rosa\": { \"after\": [\"rot\"],");
    const auto finding = only_finding(text);
    EXPECT_THAT(finding.problem, HasSubstr("in a circle: rot after rosa after rot"));
    EXPECT_EQ(finding.where, "/vms/rot/after");
}

/// rot only waits behind the circle of blau and cyan, and is not blamed.
TEST(TopologyFile, names_the_members_of_a_circle_and_nobody_else) {
    std::string text = example_with("\"rot\":  {", "\"rot\":  { \"after\": [\"cyan\"],");
    text.replace(text.find("\"blau\": {"), 9, "\"blau\": { \"after\": [\"rosa\", \"cyan\"],");
    text.replace(text.find("\"cyan\": {"), 9, "\"cyan\": { \"after\": [\"blau\"],");
    const auto finding = only_finding(text);
    EXPECT_THAT(finding.problem, HasSubstr("in a circle: blau after cyan after blau"));
    EXPECT_EQ(finding.where, "/vms/blau/after");
}

TEST(TopologyFile, refuses_vms_that_neither_follow_their_lun_nor_overflow) {
    const auto with = [](const char* follows, const char* overflow) {
        return example_with("\"vm_follows_lun\": true, \"overflow\": true",
                            std::string("\"vm_follows_lun\": ") + follows +
                                ", \"overflow\": " + overflow);
    };
    EXPECT_EQ(only_finding(with("false", "false")).where, "/policy/overflow");
    EXPECT_FALSE(twinsite::testing::topology_from(with("true", "false")).policy.overflow);
    EXPECT_FALSE(twinsite::testing::topology_from(with("false", "true")).policy.vm_follows_lun);
}

TEST(TopologyFile, reads_the_failback_window) {
    const auto topology = twinsite::testing::topology_from(
        example_with("\"automatic\"", "{ \"window\": \"22:00-05:00\" }"));
    EXPECT_EQ(topology.policy.failback, site::Failback::window);
    EXPECT_EQ(topology.policy.window, "22:00-05:00");
    EXPECT_EQ(only_finding(example_with("\"automatic\"", "{ \"window\": \"22-5\" }")).where,
              "/policy/failback/window");
}

TEST(TopologyFile, tells_when_tgt_gets_the_lun_it_keeps_for_itself) {
    EXPECT_EQ(only_finding(example_with("\"lio\"", "\"tgt\"")).where, "/luns/red/target/lun");
}

TEST(TopologyFile, a_lun_without_a_target_is_converged_and_half_a_target_is_none) {
    const std::string target =
        R"("target": { "iqn": "iqn.2026-11.example:red", "lun": 0, "implementation": "lio" },)";
    const std::string address =
        R"(
      "address": { "ip": "10.77.2.101", "prefix": 24, "nic": "storage0" })";
    std::string text = example_with(target, "");
    EXPECT_EQ(only_finding(text).where, "/luns/red");
    const std::string mirror = R"("protocol": "C" },)";
    text = example_with(target, "");
    text.replace(text.find(address), address.size(), "");
    text.replace(text.find(mirror), mirror.size(), R"("protocol": "C" })");
    const auto topology = twinsite::testing::topology_from(text);
    EXPECT_TRUE(topology.luns[0].converged());
    EXPECT_FALSE(topology.luns[1].converged());
}

TEST(TopologyFile, reads_what_a_mirror_may_be_told) {
    const auto topology = twinsite::testing::topology_from(
        example_with(R"("protocol": "C")", R"("protocol": "A", "resync_mib": 40, "integrity": true,
        "verify_days": 7, "verify_window": "22:00-05:00", "max_behind_mib": 64,
        "link_health": true)"));
    const auto& mirror = topology.luns[0].mirror;
    EXPECT_EQ(mirror.protocol, "A");
    EXPECT_EQ(mirror.resync_mib, 40);
    EXPECT_TRUE(mirror.integrity);
    EXPECT_EQ(mirror.verify_days, 7);
    EXPECT_EQ(mirror.verify_window, "22:00-05:00");
    EXPECT_EQ(mirror.max_behind_mib, 64);
    EXPECT_TRUE(mirror.link_health);
    EXPECT_EQ(only_finding(example_with(R"("protocol": "C")",
                                        R"("protocol": "C", "verify_window": "night")"))
                  .where,
              "/luns/red/mirror/verify_window");
}

TEST(TopologyFile, needs_two_sites) {
    const auto loaded = parse_topology(R"({"cluster": "a", "sites": {"one": {}}, "nodes": {}})");
    ASSERT_TRUE(loaded);
    ASSERT_EQ(loaded->findings.size(), 1U);
    EXPECT_EQ(loaded->findings[0].where, "/sites");
}

} // namespace
} // namespace twinsite::config
