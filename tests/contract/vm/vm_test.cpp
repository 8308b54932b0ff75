// The built agent from outside; libvirt need not be there.
#include "tests/support/ocf_agent_run.hpp"
#include "tests/support/scratch_directory.hpp"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

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
    // libvirt answers. A silent one is no proof on a machine that runs guests, as this one may.
    const Settings missing{{"config", "/nonexistent/vm.xml"}, {"hypervisor", "test:///default"}};
    EXPECT_EQ(run("stop", missing).exit_code, 0);
    EXPECT_EQ(run("monitor", missing).exit_code, 7);
    const AgentRun start = run("start", missing);
    EXPECT_EQ(start.exit_code, 5);
    EXPECT_EQ(start.reason, "config /nonexistent/vm.xml: No such file or directory");
}

TEST_F(VmContract, validation_at_level_0_does_not_look_at_the_node) {
    EXPECT_EQ(run("validate-all", {{"config", "/nonexistent/vm.xml"}}).exit_code, 0);
    EXPECT_EQ(run("validate-all", {{"config", "/nonexistent/vm.xml"}}, {{"OCF_CHECK_LEVEL", "10"}})
                  .exit_code,
              5);
}

/// Pacemaker fences a node that cannot stop, and then the next one.
TEST_F(VmContract, a_typing_error_in_hypervisor_is_no_obstacle_for_a_stop) {
    for (const char* hypervisor : {"qemu:///systm", "qemuu:///system", "qemu"}) {
        const AgentRun stop = run("stop", {{"hypervisor", hypervisor}});
        EXPECT_EQ(stop.exit_code, 0) << hypervisor << ": " << stop.err;
        EXPECT_EQ(run("start", {{"hypervisor", hypervisor}}).exit_code, 6) << hypervisor;
    }
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

/// Values that no parameter of their kind may have, whichever parameter it is.
const std::map<std::string, std::vector<std::string>>& bad_values() {
    static const std::vector<std::string> no_number{"x", "-1", "1.5", "99999999999999999999",
                                                    "1 2"};
    static const std::vector<std::string> no_boolean{"perhaps", "2", "true false"};
    static const std::vector<std::string> no_path{"relative", "./x", "../x"};
    static const std::vector<std::string> no_word{"a b", "a;b", "a$b", "a\nb", "a/b", "\xff"};
    static const std::vector<std::string> no_uri{"qemu:///a b",  "qemu:///systm", "qemuu:///system",
                                                 "qemu:///`id`", "qemu:///\n",    "\xff:/"};
    static const std::map<std::string, std::vector<std::string>> all{
        {"config", no_path},
        {"hypervisor", no_uri},
        {"storage_wait", no_number},
        {"check_memory", no_boolean},
        {"start_resources", no_boolean},
        {"snapshot", no_path},
        {"snapshot_local", no_boolean},
        {"revert_to", {"a\nb", "\x01"}},
        {"save_config_on_stop", no_boolean},
        {"sync_config_on_stop", no_boolean},
        {"autoset_utilization_cpu", no_boolean},
        {"autoset_utilization_memory", no_boolean},
        {"force_stop", no_boolean},
        {"shutdown_mode", {"kindly", "agent;acpi", "AGENT"}},
        {"shutdown_reserve", no_number},
        {"shutdown_timeout", no_number},
        {"monitor_scripts", {"relative", "/bin/true relative"}},
        {"guest_check", {"relative", "./x"}},
        {"migration_transport", no_word},
        {"migration_user", no_word},
        {"migration_network_suffix", no_word},
        {"remoteuri", {"n1", "qemu://a b/system", "qemu://a;b/system", "\xff"}},
        {"migrateuri", {"%n", "tcp://a b", "tcp://$(id)", "\xff"}},
        {"migrateport", no_number},
        {"migration_downtime", no_number},
        {"migration_speed", no_number},
        {"migration_connections", {"x", "0", "256", "-1"}},
        {"migration_compression", {"gzip", "XBZRLE", "mt,xbzrle"}},
        {"migration_tls", no_boolean},
        {"migration_auto_converge", no_boolean},
        {"migration_postcopy", no_boolean},
        {"utilization_cpu_key", no_word},
        {"utilization_memory_key", no_word}};
    return all;
}

TEST(VmBadParameters, each_is_refused_with_its_name_and_nothing_else_happens) {
    for (const auto& [name, values] : bad_values()) {
        for (const std::string& value : values) {
            Settings parameters{{"config", "/nonexistent/vm.xml"},
                                {"autoset_utilization_cpu", "true"},
                                {"autoset_utilization_memory", "true"}};
            parameters[name] = value;
            const AgentRun run = run_agent("vm", "validate-all", parameters);
            EXPECT_EQ(run.exit_code, 6) << name << "=" << value;
            EXPECT_NE(run.reason.find("parameter " + name), std::string::npos)
                << name << "=" << value << ": " << run.reason;
        }
        // What a stop does not need never keeps it from stopping.
        if (name != "config") {
            const AgentRun stop = run_agent(
                "vm", "stop", {{"config", "/nonexistent/vm.xml"}, {name, values.front()}});
            EXPECT_TRUE(stop.exit_code == 0 || stop.exit_code == 1) << name << stop.err;
        }
    }
}

TEST(VmBadParameters, none_is_forgotten) {
    const AgentRun metadata = run_agent("vm", "meta-data");
    const std::string marker = "<parameter name=\"";
    unsigned parameters = 0;
    for (auto at = metadata.out.find(marker); at != std::string::npos;
         at = metadata.out.find(marker, at + 1)) {
        const auto begin = at + marker.size();
        const std::string name = metadata.out.substr(begin, metadata.out.find('"', begin) - begin);
        EXPECT_TRUE(bad_values().contains(name)) << name;
        ++parameters;
    }
    EXPECT_EQ(parameters, bad_values().size());
}

std::string nested(unsigned depth) {
    std::string xml = "<domain type='qemu'>";
    for (unsigned i = 0; i < depth; ++i) {
        xml += "<a>";
    }
    return xml;
}

constexpr const char* two_disks_the_same =
    "<domain type='qemu'><name>twinsite-contract</name><devices>"
    "<disk type='file' device='disk'><source file='/tmp/a'/><target dev='vda'/></disk>"
    "<disk type='file' device='disk'><source file='/tmp/a'/><target dev='vdb'/></disk>"
    "</devices></domain>";

struct BadFile {
    const char* name;
    std::string xml;
};

class VmBadFile : public ::testing::TestWithParam<BadFile> {};

TEST_P(VmBadFile, keeps_only_this_node_from_starting_and_nothing_from_stopping) {
    const ScratchDirectory scratch;
    const Settings parameters{{"config", scratch.write("vm.xml", GetParam().xml).string()},
                              {"hypervisor", "test:///default"}};
    const Settings environment{{"HA_RSCTMP", scratch.path().string()}};
    const AgentRun start = run_agent("vm", "start", parameters, environment);
    EXPECT_TRUE(start.exit_code == 2 || start.exit_code == 5) << start.exit_code;
    EXPECT_FALSE(start.reason.empty());
    EXPECT_EQ(run_agent("vm", "stop", parameters, environment).exit_code, 0);
}

INSTANTIATE_TEST_SUITE_P(
    Each, VmBadFile,
    ::testing::Values(BadFile{"empty", ""}, BadFile{"wrong_root", "<pool/>"},
                      // A size is what this is about. NOLINTNEXTLINE(bugprone-string-constructor)
                      BadFile{"huge", std::string(100'000'000, ' ')},
                      BadFile{"bomb", "<!DOCTYPE d [<!ENTITY a 'b'>]><domain>&a;</domain>"},
                      BadFile{"deeply_nested", nested(100000)},
                      BadFile{"two_disks_the_same", two_disks_the_same},
                      BadFile{"no_name", "<domain type='qemu'/>"}),
    [](const auto& each) { return each.param.name; });

} // namespace
} // namespace twinsite::testing
