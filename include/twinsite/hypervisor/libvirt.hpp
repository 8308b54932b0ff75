// The libvirt adapter. Works with libvirtd and the modular daemons, and any driver by its URI.
#pragma once

#include <twinsite/hypervisor/guest_agent.hpp>
#include <twinsite/hypervisor/guest_process.hpp>
#include <twinsite/hypervisor/hypervisor.hpp>
#include <twinsite/hypervisor/maintenance.hpp>
#include <twinsite/hypervisor/migration.hpp>

#include <memory>
#include <string>

namespace twinsite::hypervisor {

/// How long after its deadline a migration may take to confirm its abort.
inline constexpr Milliseconds abort_patience{3000};

/// Connects when it is first asked. Thread-safe inside; use it from one thread.
class Libvirt final : public Hypervisor, public Migrator, public GuestAgent, public Maintenance {
public:
    Libvirt(std::string uri, Clock& clock);
    Libvirt(const Libvirt&) = delete;
    Libvirt& operator=(const Libvirt&) = delete;
    ~Libvirt() override;

    Result<std::optional<DomainView>> find(const DomainIdentity& identity,
                                           const Deadline& deadline) override;
    Result<std::optional<DomainView>> find_marked(std::string_view resource,
                                                  const Deadline& deadline) override;
    Status mark(const DomainIdentity& identity, std::string_view resource, Mark mark,
                const Deadline& deadline) override;
    Status create(const std::string& xml, std::string_view resource,
                  const Deadline& deadline) override;
    Status resume(const DomainIdentity& identity, const Deadline& deadline) override;
    Status wake_up(const DomainIdentity& identity, const Deadline& deadline) override;
    Status request_shutdown(const DomainIdentity& identity, ShutdownMode mode,
                            const Deadline& deadline) override;
    Status destroy(const DomainIdentity& identity, DestroyMode mode,
                   const Deadline& deadline) override;
    Status abort_job(const DomainIdentity& identity, const Deadline& deadline) override;
    Result<Job> job(const DomainIdentity& identity, const Deadline& deadline) override;
    Result<HostResources> resources(const Deadline& deadline) override;

    Result<TargetView> inspect_target(const std::string& daemon_uri, const Definition& definition,
                                      const Deadline& deadline) override;
    Status migrate(const DomainIdentity& identity, const MigrationRequest& request,
                   const OnProgress& progress, const Deadline& deadline) override;

    Status ping(const DomainIdentity& identity, const Deadline& deadline) override;
    Result<int> run(const DomainIdentity& identity, const std::vector<std::string>& argv,
                    const Deadline& deadline) override;

    Status save(const DomainIdentity& identity, const std::filesystem::path& file,
                const Deadline& deadline) override;
    Status restore(const std::filesystem::path& file, const Deadline& deadline) override;
    Status revert(const DomainIdentity& identity, const std::string& snapshot,
                  const Deadline& deadline) override;
    Status activate_network(const std::string& name, const Deadline& deadline) override;
    Status activate_pool(const std::string& name, const Deadline& deadline) override;
    Result<std::string> configuration(const DomainIdentity& identity,
                                      const Deadline& deadline) override;
    Result<std::string> live_description(const DomainIdentity& identity,
                                         const Deadline& deadline) override;
    Result<bool> autostarts(const DomainIdentity& identity, const Deadline& deadline) override;

private:
    class Implementation;
    std::unique_ptr<Implementation> implementation_;
};

/// Where to look for the processes of the guests of this URI's driver.
std::unique_ptr<GuestProcesses> guest_processes_for(std::string_view uri);

} // namespace twinsite::hypervisor
