#include "agents/vm/settings.hpp"

#include <gtest/gtest.h>

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
        const char* node;
        const char* daemon;
        const char* memory;
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

} // namespace
} // namespace twinsite::vm
