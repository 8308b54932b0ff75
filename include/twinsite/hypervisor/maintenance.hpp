// What a hypervisor offers around the life of a domain.
#pragma once

#include <twinsite/base/deadline.hpp>
#include <twinsite/base/result.hpp>
#include <twinsite/hypervisor/domain.hpp>

#include <filesystem>
#include <string>

namespace twinsite::hypervisor {

class Maintenance {
public:
    Maintenance() = default;
    Maintenance(const Maintenance&) = delete;
    Maintenance& operator=(const Maintenance&) = delete;
    virtual ~Maintenance() = default;

    /// Write the running guest's memory to a file and end it.
    virtual Status save(const DomainIdentity& identity, const std::filesystem::path& file,
                        const Deadline& deadline) = 0;
    /// Bring a saved guest back, paused like Hypervisor::create. The file stays.
    virtual Status restore(const std::filesystem::path& file, const Deadline& deadline) = 0;
    /// Bring a defined domain back from one of its snapshots, paused like Hypervisor::create.
    virtual Status revert(const DomainIdentity& identity, const std::string& snapshot,
                          const Deadline& deadline) = 0;
    /// Start a virtual network, or a storage pool, unless it is active.
    virtual Status activate_network(const std::string& name, const Deadline& deadline) = 0;
    virtual Status activate_pool(const std::string& name, const Deadline& deadline) = 0;
    /// The XML with which the running domain would start again as it is now, without our mark.
    /// Error conflict when there is a definition of its own for it: that says how it starts next.
    virtual Result<std::string> configuration(const DomainIdentity& identity,
                                              const Deadline& deadline) = 0;
    /// The XML of the domain as it runs.
    virtual Result<std::string> live_description(const DomainIdentity& identity,
                                                 const Deadline& deadline) = 0;
    /// Whether the daemon itself starts the domain at boot.
    virtual Result<bool> autostarts(const DomainIdentity& identity, const Deadline& deadline) = 0;
};

} // namespace twinsite::hypervisor
