// The actions of ocf:twinsite:vm: each observes, decides, acts and verifies.
#pragma once

#include "agents/vm/judge.hpp"
#include "agents/vm/migration_file.hpp"
#include "agents/vm/resource_identity.hpp"
#include "agents/vm/settings.hpp"
#include "agents/vm/state_file.hpp"
#include "agents/vm/stop_ladder.hpp"
#include "ocf/agent.hpp"

#include <twinsite/hypervisor/guest_agent.hpp>
#include <twinsite/hypervisor/hypervisor.hpp>
#include <twinsite/hypervisor/maintenance.hpp>
#include <twinsite/hypervisor/migration.hpp>
#include <twinsite/hypervisor/storage_probe.hpp>
#include <twinsite/process/command.hpp>

#include <filesystem>
#include <optional>
#include <string>

namespace twinsite::vm {

/// What the agent works with; all of it outlives the agent.
struct World {
    hypervisor::Hypervisor& hypervisor;
    hypervisor::Migrator& migrator;
    hypervisor::GuestAgent& guest_agent;
    hypervisor::Maintenance& maintenance;
    hypervisor::GuestProcesses& processes;
    hypervisor::StorageProbe& storage;
    process::CommandRunner& commands;
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
    ocf::Outcome reload_agent();

private:
    using Definition = hypervisor::Definition;
    using DomainIdentity = hypervisor::DomainIdentity;

    // vm_agent.cpp: seeing
    [[nodiscard]] Observation observe(const DomainIdentity& identity, const Deadline& deadline);
    /// Look until the verdict is neither settling nor, with DAEMON_TOO, given without the daemon.
    [[nodiscard]] Observation observe_settled(const DomainIdentity& identity,
                                              const Deadline& deadline, bool daemon_too);
    [[nodiscard]] Status probe_disks(const Definition& definition, const Deadline& deadline,
                                     Milliseconds patience_per_disk);
    /// Resume a guest that an I/O error paused, when its disks answer again.
    Judgement resume_if_disks_answer(const Definition& definition, const Judgement& judgement,
                                     const Deadline& deadline);

    // identification.cpp
    /// DEADLINE, or as long as one answer of the daemon may take.
    [[nodiscard]] Deadline soon(const Deadline& deadline) const;
    /// The domain of this resource when its file is no definition: what the file still tells, the
    /// note of the last start, the mark in a live domain. Nullopt: nothing here can be it. Error:
    /// there are guests here, and nobody says whether one is it.
    [[nodiscard]] Result<std::optional<DomainIdentity>>
    identity_without_definition(const Deadline& deadline);
    /// The guest as an active domain that is not IDENTITY, since the file changed under it.
    /// SEEN: what was seen of IDENTITY itself. Error: nobody says whether there is one.
    [[nodiscard]] Result<std::optional<DomainIdentity>> other_self(const DomainIdentity& identity,
                                                                   const Definition* definition,
                                                                   const Observation& seen,
                                                                   const Deadline& deadline);
    /// Of these, the one that the note names.
    [[nodiscard]] Result<std::optional<DomainIdentity>> former_self(const DomainIdentity& identity,
                                                                    const Deadline& deadline);
    /// And the one that has IDENTITY's name; IDENTITY itself does not run.
    [[nodiscard]] Result<std::optional<DomainIdentity>> namesake(const DomainIdentity& identity,
                                                                 const Definition* definition,
                                                                 const Deadline& deadline);
    static Error runs_as(const DomainIdentity& other);
    void note_and_mark(const DomainIdentity& identity, const Deadline& deadline);
    bool mark_settled(const DomainIdentity& identity, const Deadline& deadline);
    /// Note the guest that runs here, however it came to; mark it when it is not yet, and take away
    /// the mark of a migration that ended unseen. Costs nothing when all is as it should be.
    void remember(const Observation& seen, const Deadline& deadline);

    // checks.cpp: the guest's own health
    ocf::Outcome check_health(const Definition& definition, unsigned level,
                              const Deadline& deadline);
    Status run_monitor_scripts(const Deadline& deadline);
    /// Until the monitor scripts succeed.
    ocf::Outcome wait_for_health(const Definition& definition);

    // extras.cpp
    [[nodiscard]] StateFile state_file(const DomainIdentity& identity) const;
    Status start_networks_and_pools(const Definition& definition, const Deadline& deadline);
    void set_utilization(const Definition& definition);
    /// The guest is active: a saved state of it is older than its disks, and must never go on.
    void set_stale_state_aside(const DomainIdentity& identity);
    void warn_of_autostart(const DomainIdentity& identity);
    void save_configuration(const DomainIdentity& identity);
    /// Save the guest's memory instead of shutting it down; false: do it the usual way.
    bool save_state(const DomainIdentity& identity);

    // start.cpp
    ocf::Outcome start_stopped(const Definition& definition);
    /// Bring it here and let it go, or take back what was begun.
    Status launch(const Definition& definition);
    /// Bring it here, paused: what the daemon does after this action has ended must run nothing.
    /// The file of the saved state that it comes from, if any.
    Result<std::optional<std::filesystem::path>> bring(const Definition& definition);
    /// The file that was restored.
    Result<std::filesystem::path> restore(const StateFile& state, const Deadline& deadline);
    /// The time of the call that brings it, or lets it go; the rest is for taking it back.
    [[nodiscard]] Deadline launch_deadline() const;
    Status let_go(const DomainIdentity& identity);
    void undo_launch(const DomainIdentity& identity);
    ocf::Outcome finish_start(const Definition& definition);
    Status check_host(const Definition& definition, const Deadline& deadline);
    Status wait_for_disks(const Definition& definition);
    ocf::Outcome verify_started(const Definition& definition);

    // stop.cpp
    /// False when libvirt can run nothing by the parameter hypervisor.
    bool has_driver();
    /// Whether the request was delivered.
    bool ask(const DomainIdentity& identity, hypervisor::ShutdownMode mode, StopProgress& progress,
             const Deadline& deadline);
    /// Stop the domain, for good or by saving it.
    ocf::Outcome stop_domain(const DomainIdentity& identity, const Definition* definition);
    /// The ladder alone.
    ocf::Outcome end_domain(const DomainIdentity& identity, const Definition* definition,
                            const Deadline& deadline);
    /// Stop the guest, also under another identity than its file's.
    ocf::Outcome stop_every_self(const DomainIdentity& identity, const Definition* definition);
    /// Nothing to do is a success.
    ocf::Outcome end_self(const Result<std::optional<DomainIdentity>>& other,
                          const Deadline& deadline);
    void take(StopStep step, const DomainIdentity& identity, const Definition* definition,
              const StopSchedule& schedule, StopProgress& progress, const Deadline& end);

    // migrate.cpp
    /// The resource's migration is driven by this process as long as the descriptor lives.
    [[nodiscard]] Result<FileDescriptor> hold_migration();
    /// Hold the migration and mark the guest as being in it.
    [[nodiscard]] Result<FileDescriptor> begin_marked_migration(const DomainIdentity& identity);
    Status check_target(const Definition& definition, const std::string& node,
                        const std::string& daemon_uri, const Deadline& deadline);
    ocf::Outcome after_failed_migration(const Definition& definition, const Error& error,
                                        const std::string& node, const std::string& daemon_uri);

    const ocf::Request& request_;
    Settings settings_;
    World world_;
    IdentityNote note_;
    MigrationFile migration_;
};

/// The actions by their names, for ocf::run.
ocf::ActionTable action_table(VmAgent& agent);

} // namespace twinsite::vm
