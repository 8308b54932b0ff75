#include "agents/vm/description.hpp"
#include "agents/vm/settings.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <utility>
#include <vector>

namespace twinsite::vm {
namespace {

Settings with(std::string uri, MigrationSettings migration) {
    Settings settings;
    settings.hypervisor = std::move(uri);
    settings.migration = std::move(migration);
    return settings;
}

TEST(Settings, the_targets_uris_follow_from_what_is_set) {
    struct Row {
        Settings settings;
        const char* node = nullptr;
        const char* daemon = nullptr;
        const char* memory = nullptr;
    };
    const Row rows[] = {
        {with("qemu:///system", {}), "n1", "qemu://n1/system", ""},
        {with("qemu:///system", {.transport = "tcp"}), "n1", "qemu+tcp://n1/system", ""},
        {with("qemu+unix:///system?socket=/s", {.transport = "ssh", .user = "root"}), "n1",
         "qemu+ssh://root@n1/system?socket=/s", ""},
        {with("qemu:///system", {.transport = "tcp", .network_suffix = "-mig"}), "n1.example.org",
         "qemu+tcp://n1-mig.example.org/system", "tcp://n1-mig.example.org"},
        {with("xen:///", {.transport = "ssh"}), "n1", "xen+ssh://n1/", ""},
        {with("qemu:///system", {.port = 49152}), "n1", "qemu://n1/system", "tcp://n1:49152"},
        {with("qemu:///system",
              {.daemon_uri = "qemu+tls://%n.mig/system", .memory_uri = "tcp://%n:%n"}),
         "n1", "qemu+tls://n1.mig/system", "tcp://n1:n1"},
    };
    for (const Row& row : rows) {
        EXPECT_EQ(daemon_uri_for(row.settings, row.node).value(), row.daemon);
        EXPECT_EQ(memory_uri_for(row.settings, row.node), row.memory);
    }
    EXPECT_FALSE(daemon_uri_for(with("test:/", {}), "n1"));
}

TEST(Settings, shutdown_modes_in_their_order_and_once) {
    using hypervisor::ShutdownMode;
    EXPECT_EQ(parse_shutdown_modes("acpi, agent,acpi").value(),
              (std::vector{ShutdownMode::acpi, ShutdownMode::agent}));
    EXPECT_TRUE(parse_shutdown_modes("")->empty());
    EXPECT_FALSE(parse_shutdown_modes("acpi;agent"));
}

/// Hostile parameters, the same each time: refused with a sentence, or of a form that no URI, path
/// or command line made of them can break. Worth most under the sanitizers.
TEST(Settings, no_mutated_parameter_gets_through_in_a_form_that_hurts) {
    const std::vector<std::pair<std::string, std::string>> seeds{
        {"config", "/etc/twinsite/vm/rot.xml"},
        {"hypervisor", "qemu:///system"},
        {"storage_wait", "60"},
        {"shutdown_mode", "agent,acpi"},
        {"shutdown_reserve", "10"},
        {"monitor_scripts", "/usr/bin/check /usr/bin/other"},
        {"guest_check", "/usr/bin/check -v now"},
        {"snapshot", "/srv/states"},
        {"migration_transport", "tls"},
        {"migration_user", "root"},
        {"migration_network_suffix", "-mig"},
        {"remoteuri", "qemu+tls://%n/system"},
        {"migrateuri", "tcp://%n:49152"},
        {"migration_connections", "2"},
        {"migration_compression", "mt"},
        {"migration_tls", "true"}};
    std::mt19937 random(4);
    unsigned accepted = 0;
    for (unsigned i = 0; i < 20000; ++i) {
        ocf::Environment environment{{"OCF_RESOURCE_INSTANCE", "vm_rot"}};
        for (const auto& [name, value] : seeds) {
            environment["OCF_RESKEY_" + name] = value;
        }
        const auto& [name, value] = seeds[random() % seeds.size()];
        std::string& mutated = environment["OCF_RESKEY_" + name];
        for (auto change = 1 + random() % 3; change > 0; --change) {
            const auto at = random() % (mutated.size() + 1);
            if (random() % 3 == 0) {
                mutated.insert(at, 1 + random() % 40, static_cast<char>(random() % 256));
            } else if (random() % 2 == 0) {
                mutated.erase(at, 1 + random() % 4);
            } else if (at < mutated.size()) {
                mutated[at] = static_cast<char>(random() % 256);
            }
        }
        const auto request = ocf::parse_request(description(), i % 2 == 0 ? "start" : "stop",
                                                environment, SystemClock());
        const auto settings = request ? read_settings(*request) : fail(request.error());
        if (!settings) {
            EXPECT_EQ(settings.error().kind, ErrorKind::invalid_config);
            EXPECT_NE(settings.error().message.find("parameter"), std::string::npos);
            continue;
        }
        ++accepted;
        if (i % 2 != 0) {
            continue; // a stop goes on with what it can use
        }
        EXPECT_EQ(settings->config.front(), '/');
        const auto daemon = daemon_uri_for(*settings, "n1");
        for (const std::string& uri : {daemon.value_or(""), memory_uri_for(*settings, "n1")}) {
            EXPECT_EQ(uri.find_first_of(" \t\n'\"`$;|<>\\"), std::string::npos) << uri;
        }
        for (const std::string& script : settings->monitor_scripts) {
            EXPECT_EQ(script.front(), '/');
        }
        EXPECT_LE(settings->migration.connections, 255U);
        EXPECT_GE(settings->storage_wait.count(), 0);
    }
    EXPECT_GT(accepted, 1000U);
}

} // namespace
} // namespace twinsite::vm
