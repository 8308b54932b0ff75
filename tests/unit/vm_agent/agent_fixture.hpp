// The agent on a fake host, with Pacemaker's request and a domain file.
#pragma once

#include "agents/vm/description.hpp"
#include "agents/vm/vm_agent.hpp"
#include "tests/support/fake_host.hpp"
#include "tests/support/scratch_directory.hpp"

#include <gtest/gtest.h>

namespace twinsite::vm {

class AgentFixture : public ::testing::Test {
protected:
    using Parameters = std::map<std::string, std::string>;

    AgentFixture() {
        set("config", scratch.write("rot.xml", xml).string());
        environment["OCF_RESOURCE_INSTANCE"] = "vm_rot";
        environment["OCF_RESKEY_CRM_meta_interval"] = "10000";
        give(Milliseconds(90000));
    }

    void set(const std::string& parameter, const std::string& value) {
        environment["OCF_RESKEY_" + parameter] = value;
    }
    void give(Milliseconds timeout) { set("CRM_meta_timeout", std::to_string(timeout.count())); }

    ocf::Outcome perform(const std::string& action) {
        const TimePoint began = clock.now();
        auto request = ocf::parse_request(description(), action, environment, clock);
        if (!request) {
            return ocf::Outcome::of(request.error());
        }
        auto settings = read_settings(*request);
        if (!settings) {
            return ocf::Outcome::of(settings.error());
        }
        VmAgent agent(*request, *settings,
                      {.hypervisor = host,
                       .migrator = host,
                       .guest_agent = host,
                       .maintenance = host,
                       .processes = host,
                       .storage = host,
                       .commands = host,
                       .clock = clock,
                       .note_folder = scratch.path() / "run",
                       .network_folder = scratch.path() / "net"});
        ocf::Outcome outcome;
        for (const auto& [name, act] : action_table(agent)) {
            if (name == action) {
                outcome = act();
            }
        }
        took = std::chrono::duration_cast<Milliseconds>(clock.now() - began);
        // Pacemaker would have killed it.
        EXPECT_LT(took, request->timeout) << action;
        return outcome;
    }

    static constexpr const char* xml =
        "<domain type='qemu'><name>rot</name><uuid>11111111-2222-3333-4444-555555555555</uuid>"
        "<memory unit='MiB'>64</memory><vcpu>2</vcpu><devices>"
        "<disk type='network'><source protocol='iscsi' name='iqn.2026-11.example:red/0'>"
        "<host name='198.51.100.101'/></source><target dev='vda'/></disk>"
        "<interface type='network'><source network='default'/></interface>"
        "<channel type='unix'><target name='org.qemu.guest_agent.0'/></channel>"
        "<memballoon model='none'/></devices></domain>";

    testing::ScratchDirectory scratch;
    testing::FakeClock clock;
    testing::FakeHost host{clock};
    ocf::Environment environment;
    Milliseconds took{};
    hypervisor::DomainIdentity rot{"rot", "11111111-2222-3333-4444-555555555555"};
};

} // namespace twinsite::vm
