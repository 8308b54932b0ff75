// The built agent from outside; libvirt need not be there.
#include "tests/support/ocf_agent_run.hpp"
#include "tests/support/scratch_directory.hpp"

#include <gtest/gtest.h>

namespace twinsite::testing {
namespace {

constexpr const char* good_xml = "<domain type='qemu'><name>twinsite-contract</name>"
                                 "<uuid>1c9a7ba0-0f2c-4f0c-9d5e-6a3f5d5c2b11</uuid></domain>";

class VmContract : public ::testing::Test {
protected:
    AgentRun run(const std::string& action, Settings parameters = {}, Settings environment = {}) {
        parameters.try_emplace("config", scratch.write("vm.xml", good_xml).string());
        // No libvirt daemon listens there, whatever runs on this machine.
        parameters.try_emplace("hypervisor", "qemu+unix:///system?socket=/nonexistent/socket");
        environment.try_emplace("HA_RSCTMP", scratch.path().string());
        return run_agent("vm", action, parameters, environment);
    }
    ScratchDirectory scratch;
};

TEST_F(VmContract, metadata_is_valid) {
    expect_valid_metadata("vm");
}

TEST_F(VmContract, without_libvirt_no_process_is_proof_enough) {
    const AgentRun probe = run("monitor");
    EXPECT_EQ(probe.exit_code, 7) << probe.err;
    EXPECT_EQ(run("stop").exit_code, 0);
}

TEST_F(VmContract, a_missing_file_is_no_obstacle_for_a_stop) {
    EXPECT_EQ(run("stop", {{"config", "/nonexistent/vm.xml"}}).exit_code, 0);
    EXPECT_EQ(run("monitor", {{"config", "/nonexistent/vm.xml"}}).exit_code, 7);
    const AgentRun start = run("start", {{"config", "/nonexistent/vm.xml"}});
    EXPECT_EQ(start.exit_code, 5);
    EXPECT_EQ(start.reason, "config /nonexistent/vm.xml: No such file or directory");
}

TEST_F(VmContract, validation_at_level_0_does_not_look_at_the_node) {
    EXPECT_EQ(run("validate-all", {{"config", "/nonexistent/vm.xml"}}).exit_code, 0);
    EXPECT_EQ(run("validate-all", {{"config", "/nonexistent/vm.xml"}}, {{"OCF_CHECK_LEVEL", "10"}})
                  .exit_code,
              5);
}

struct BadParameter {
    const char* name;
    Settings parameters;
    std::string reason;
};

class VmBadParameter : public ::testing::TestWithParam<BadParameter> {};

TEST_P(VmBadParameter, is_not_configured_and_says_what_is_wrong) {
    Settings parameters = GetParam().parameters;
    if (std::string(GetParam().name) != "no_config") {
        parameters.try_emplace("config", "/nonexistent/vm.xml");
    }
    for (const char* action : {"validate-all", "start", "monitor", "migrate_to"}) {
        const AgentRun run = run_agent("vm", action, parameters);
        EXPECT_EQ(run.exit_code, 6) << action;
        EXPECT_EQ(run.reason, GetParam().reason) << action;
    }
}

INSTANTIATE_TEST_SUITE_P(
    Each, VmBadParameter,
    ::testing::Values(
        BadParameter{"no_config", {}, "parameter config is required and not set"},
        BadParameter{"relative_config",
                     {{"config", "vm.xml"}},
                     "parameter config: \"vm.xml\" is not an absolute path"},
        BadParameter{"hypervisor_no_uri",
                     {{"hypervisor", "qemu"}},
                     "parameter hypervisor: \"qemu\" is no libvirt URI"},
        BadParameter{"shutdown_mode",
                     {{"shutdown_mode", "agent,kindly"}},
                     "parameter shutdown_mode: \"kindly\" is none of agent, acpi, initctl, "
                     "signal, paravirt"},
        BadParameter{"shutdown_reserve_negative",
                     {{"shutdown_reserve", "-1"}},
                     "parameter shutdown_reserve: -1 is not between 0 and 3600"},
        BadParameter{"storage_wait_no_number",
                     {{"storage_wait", "long"}},
                     "parameter storage_wait: \"long\" is not a whole number"},
        BadParameter{"force_stop",
                     {{"force_stop", "perhaps"}},
                     "parameter force_stop: \"perhaps\" is neither true nor false"},
        BadParameter{"transport_with_a_command",
                     {{"migration_transport", "ssh;reboot"}},
                     "parameter migration_transport: \"ssh;reboot\" has characters that do not "
                     "belong there"},
        BadParameter{"migrateuri_with_a_blank",
                     {{"migrateuri", "tcp://%n 1"}},
                     "parameter migrateuri: \"tcp://%n 1\" has characters that do not belong "
                     "there"},
        BadParameter{"migrateport",
                     {{"migrateport", "65536"}},
                     "parameter migrateport: 65536 is not between 0 and 65535"}),
    [](const auto& each) { return each.param.name; });

struct BadFile {
    const char* name;
    std::string xml;
};

class VmBadFile : public ::testing::TestWithParam<BadFile> {};

TEST_P(VmBadFile, keeps_only_this_node_from_starting_and_nothing_from_stopping) {
    const ScratchDirectory scratch;
    const Settings parameters{{"config", scratch.write("vm.xml", GetParam().xml).string()},
                              {"hypervisor", "qemu+unix:///system?socket=/nonexistent/socket"}};
    const Settings environment{{"HA_RSCTMP", scratch.path().string()}};
    const AgentRun start = run_agent("vm", "start", parameters, environment);
    EXPECT_TRUE(start.exit_code == 2 || start.exit_code == 5) << start.exit_code;
    EXPECT_FALSE(start.reason.empty());
    EXPECT_EQ(run_agent("vm", "stop", parameters, environment).exit_code, 0);
}

INSTANTIATE_TEST_SUITE_P(
    Each, VmBadFile,
    ::testing::Values(BadFile{"empty", ""}, BadFile{"wrong_root", "<pool/>"},
                      BadFile{"huge", std::string(100'000'000, ' ')},
                      BadFile{"bomb", "<!DOCTYPE d [<!ENTITY a 'b'>]><domain>&a;</domain>"},
                      BadFile{"no_name", "<domain type='qemu'/>"}),
    [](const auto& each) { return each.param.name; });

} // namespace
} // namespace twinsite::testing
