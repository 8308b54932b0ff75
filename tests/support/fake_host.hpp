// A host with one guest, as a small state machine on a clock that tests turn: daemon, process,
// disks and guest agent, each of which can fail in its own way.
#pragma once

#include "tests/support/fake_clock.hpp"

#include <twinsite/hypervisor/guest_agent.hpp>
#include <twinsite/hypervisor/guest_process.hpp>
#include <twinsite/hypervisor/hypervisor.hpp>
#include <twinsite/hypervisor/maintenance.hpp>
#include <twinsite/hypervisor/migration.hpp>
#include <twinsite/hypervisor/storage_probe.hpp>
#include <twinsite/process/command.hpp>

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace twinsite::testing {

enum class Daemon { answers, hangs, down, no_driver };

class FakeHost final : public hypervisor::Hypervisor,
                       public hypervisor::Migrator,
                       public hypervisor::GuestAgent,
                       public hypervisor::Maintenance,
                       public hypervisor::GuestProcesses,
                       public hypervisor::StorageProbe,
                       public process::CommandRunner {
public:
    explicit FakeHost(FakeClock& clock)
        : clock_(clock) {}

    // What a test sets.
    Daemon daemon = Daemon::answers;
    Milliseconds answers_after{}; ///< how long the daemon takes for each answer
    std::optional<hypervisor::DomainView> domain;
    std::string marked_as;
    hypervisor::Mark mark_of = hypervisor::Mark::settled;
    bool process = false;
    bool pid_file = true;      ///< without it only the search among all finds the process
    bool has_processes = true; ///< as qemu's driver
    /// What libvirt's status files say when the daemon does not.
    std::optional<hypervisor::DomainIdentity> in_status_files;
    char process_state = 'S';
    std::map<hypervisor::ShutdownMode, Milliseconds> obeys; ///< absent: the request is ignored
    std::vector<hypervisor::ShutdownMode> cannot_be_asked;
    bool survives_destroy = false;
    bool survives_sigterm = false;
    bool survives_sigkill = false;
    bool disks_answer = true;
    Milliseconds probe_takes{}; ///< a disk that answers
    bool create_hangs = false;
    /// From this call on the daemon is frozen: it carries the call out when it goes on (thaw).
    std::string freezes_at;
    bool holds_back = true; ///< a driver that creates domains paused
    std::optional<Error> create_fails;
    std::optional<Error> resume_fails;
    std::optional<Error> migration_fails;
    std::function<void()> during_migration;
    std::optional<Error> mark_fails;
    Result<hypervisor::TargetView> target = hypervisor::TargetView{};
    std::uint64_t free_memory_kib = 1024UL * 1024UL;
    /// Whose storage the running domain uses; by default what the file says.
    std::string live_xml;
    bool persistent = false;
    bool autostart = false;
    Status agent_answers;
    Result<int> in_guest = 0;
    process::Output command_output;

    // What a test looks at.
    std::vector<std::string> done;
    hypervisor::MigrationRequest migration;

    /// Something that happens AFTER from now, whoever is acting then.
    void later(Milliseconds after, std::function<void()> event);
    void run_guest(const hypervisor::DomainIdentity& identity);
    void pause_guest(hypervisor::PauseReason reason, hypervisor::Job job = hypervisor::Job::none);
    void end_guest();
    /// A frozen daemon goes on, first with what it was asked meanwhile.
    void thaw();
    [[nodiscard]] bool did(const std::string& what) const;

    // Hypervisor
    Result<std::optional<hypervisor::DomainView>> find(const hypervisor::DomainIdentity& identity,
                                                       const Deadline& deadline) override;
    Result<std::optional<hypervisor::DomainView>> find_marked(std::string_view resource,
                                                              const Deadline& deadline) override;
    Status mark(const hypervisor::DomainIdentity& identity, std::string_view resource,
                hypervisor::Mark mark, const Deadline& deadline) override;
    Status create(const std::string& xml, std::string_view resource,
                  const Deadline& deadline) override;
    Status resume(const hypervisor::DomainIdentity& identity, const Deadline& deadline) override;
    Status wake_up(const hypervisor::DomainIdentity& identity, const Deadline& deadline) override;
    Status request_shutdown(const hypervisor::DomainIdentity& identity,
                            hypervisor::ShutdownMode mode, const Deadline& deadline) override;
    Status destroy(const hypervisor::DomainIdentity& identity, hypervisor::DestroyMode mode,
                   const Deadline& deadline) override;
    Status abort_job(const hypervisor::DomainIdentity& identity, const Deadline& deadline) override;
    Result<hypervisor::Job> job(const hypervisor::DomainIdentity& identity,
                                const Deadline& deadline) override;
    Result<hypervisor::HostResources> resources(const Deadline& deadline) override;

    // Migrator
    Result<hypervisor::TargetView> inspect_target(const std::string& daemon_uri,
                                                  const hypervisor::Definition& definition,
                                                  const Deadline& deadline) override;
    Status migrate(const hypervisor::DomainIdentity& identity,
                   const hypervisor::MigrationRequest& request, const OnProgress& progress,
                   const Deadline& deadline) override;

    // GuestAgent
    Status ping(const hypervisor::DomainIdentity& identity, const Deadline& deadline) override;
    Result<int> run(const hypervisor::DomainIdentity& identity,
                    const std::vector<std::string>& argv, const Deadline& deadline) override;

    // Maintenance
    Status save(const hypervisor::DomainIdentity& identity, const std::filesystem::path& file,
                const Deadline& deadline) override;
    Status restore(const std::filesystem::path& file, const Deadline& deadline) override;
    Status revert(const hypervisor::DomainIdentity& identity, const std::string& snapshot,
                  const Deadline& deadline) override;
    Status activate_network(const std::string& name, const Deadline& deadline) override;
    Status activate_pool(const std::string& name, const Deadline& deadline) override;
    Result<std::string> configuration(const hypervisor::DomainIdentity& identity,
                                      const Deadline& deadline) override;
    Result<std::string> live_description(const hypervisor::DomainIdentity& identity,
                                         const Deadline& deadline) override;
    Result<bool> autostarts(const hypervisor::DomainIdentity& identity,
                            const Deadline& deadline) override;

    // GuestProcesses
    Result<std::optional<hypervisor::GuestProcess>>
    find(const hypervisor::DomainIdentity& identity) override;
    std::optional<hypervisor::GuestProcess>
    glance(const hypervisor::DomainIdentity& identity) override;
    Status signal(const hypervisor::DomainIdentity& identity, hypervisor::KillMode mode) override;
    Result<bool> any() override;
    std::optional<hypervisor::DomainIdentity> find_marked(std::string_view resource) override;

    // StorageProbe
    Status probe(const hypervisor::Definition& definition, const hypervisor::Disk& disk,
                 const Deadline& deadline) override;

    // CommandRunner
    Result<process::Output> run(const process::Command& command, const Deadline& deadline) override;

private:
    /// Whether the guest there is the one that is asked for.
    [[nodiscard]] bool is(const hypervisor::DomainIdentity& identity) const;
    void let_happen();
    /// A domain as a start's call brings it.
    void bring(const hypervisor::DomainIdentity& identity);
    /// As ask(), for a call that a frozen daemon carries out later.
    Status ask_for(const Deadline& deadline, std::string what, std::function<void()> effect);
    /// What the daemon's mood makes of a call; the events that are due happen first.
    Status ask(const Deadline& deadline, std::string what);

    FakeClock& clock_;
    hypervisor::DomainIdentity identity_;
    std::vector<std::function<void()>> queued_;
    std::vector<std::pair<TimePoint, std::function<void()>>> events_;
};

} // namespace twinsite::testing
