// The actions of ocf:twinsite:vm: each observes, decides, acts and verifies.
#pragma once

#include "agents/vm/judge.hpp"
#include "agents/vm/resource_identity.hpp"
#include "agents/vm/settings.hpp"
#include "agents/vm/stop_ladder.hpp"
#include "ocf/agent.hpp"

#include <twinsite/hypervisor/hypervisor.hpp>
#include <twinsite/hypervisor/migration.hpp>
#include <twinsite/hypervisor/storage_probe.hpp>

#include <filesystem>
#include <string>

namespace twinsite::vm {

/// What the agent works with; all of it outlives the agent.
struct World {
    hypervisor::Hypervisor& hypervisor;
    hypervisor::Migrator& migrator;
    hypervisor::GuestProcesses& processes;
    hypervisor::StorageProbe& storage;
    Clock& clock;
    std::filesystem::path note_folder;
    std::filesystem::path network_folder = "/sys/class/net";
};

class VmAgent {
public:
    VmAgent(const ocf::Request& request, Settings settings, World world);

    ocf::Outcome start();
    ocf::Outcome stop();
    ocf::Outcome monitor();
    ocf::Outcome migrate_to();
    ocf::Outcome migrate_from();
    ocf::Outcome validate_all();

private:
    using Definition = hypervisor::Definition;
    using DomainIdentity = hypervisor::DomainIdentity;

    // vm_agent.cpp: seeing
    [[nodiscard]] Observation observe(const DomainIdentity& identity, const Deadline& deadline);
    /// Look until the verdict is neither settling nor, with DAEMON_TOO, given without the daemon.
    [[nodiscard]] Observation observe_settled(const DomainIdentity& identity,
                                              const Deadline& deadline, bool daemon_too);
    /// The domain of this resource when its file does not tell: the note of the last start, the
    /// mark in a live domain, or nothing.
    [[nodiscard]] std::optional<DomainIdentity> remembered_identity(const Deadline& deadline);
    [[nodiscard]] Status probe_disks(const Definition& definition, const Deadline& deadline,
                                     Milliseconds patience_per_disk);
    /// Resume a guest that an I/O error paused, when its disks answer again.
    Judgement resume_if_disks_answer(const Definition& definition, const Judgement& judgement,
                                     const Deadline& deadline);
    void note_and_mark(const DomainIdentity& identity, const Deadline& deadline);

    // start.cpp
    ocf::Outcome start_stopped(const Definition& definition);
    Status check_host(const Definition& definition, const Deadline& deadline);
    Status wait_for_disks(const Definition& definition);
    ocf::Outcome verify_started(const Definition& definition);

    // stop.cpp
    ocf::Outcome stop_domain(const DomainIdentity& identity, const Definition* definition);
    void take(StopStep step, const DomainIdentity& identity, const Definition* definition,
              const StopSchedule& schedule, StopProgress& progress, const Deadline& end);

    // migrate.cpp
    Status check_target(const Definition& definition, const std::string& node,
                        const std::string& daemon_uri, const Deadline& deadline);
    ocf::Outcome after_failed_migration(const Definition& definition, const Error& error,
                                        const std::string& node, const std::string& daemon_uri);

    const ocf::Request& request_;
    Settings settings_;
    World world_;
    IdentityNote note_;
};

/// The actions by their names, for ocf::run.
ocf::ActionTable action_table(VmAgent& agent);

} // namespace twinsite::vm
