#include "lib/hypervisor/libvirt_implementation.hpp"
#include "lib/hypervisor/resource_mark.hpp"

#include <fmt/format.h>

namespace twinsite::hypervisor {

namespace {

using NetworkHandle = CHandle<virNetwork, virNetworkFree>;
using PoolHandle = CHandle<virStoragePool, virStoragePoolFree>;
using SnapshotHandle = CHandle<virDomainSnapshot, virDomainSnapshotFree>;

Status start_network(virConnectPtr open, const std::string& name) {
    const NetworkHandle network(virNetworkLookupByName(open, name.c_str()));
    if (!network) {
        return fail(last_error("network " + name));
    }
    if (virNetworkIsActive(network.get()) != 1 && virNetworkCreate(network.get()) != 0) {
        return fail(last_error("network " + name));
    }
    return {};
}

Status start_pool(virConnectPtr open, const std::string& name) {
    const PoolHandle pool(virStoragePoolLookupByName(open, name.c_str()));
    if (!pool) {
        return fail(last_error("storage pool " + name));
    }
    if (virStoragePoolIsActive(pool.get()) != 1 && virStoragePoolCreate(pool.get(), 0) != 0) {
        return fail(last_error("storage pool " + name));
    }
    return {};
}

Result<std::string> xml_of(virDomainPtr domain, unsigned flags) {
    const CText text(virDomainGetXMLDesc(domain, flags));
    if (!text) {
        return fail(last_error(fmt::format("XML of domain {}", virDomainGetName(domain))));
    }
    return std::string(text.get());
}

/// Of a domain that is defined libvirt gives its definition, which is not how it runs.
Result<std::string> configuration_of(virDomainPtr domain) {
    if (virDomainIsActive(domain) != 1 || virDomainIsPersistent(domain) != 0) {
        return fail(ErrorKind::conflict,
                    fmt::format("domain {} is not active, or libvirt has a definition of its own "
                                "for it (virsh dominfo)",
                                virDomainGetName(domain)));
    }
    return xml_of(domain,
                  VIR_DOMAIN_XML_SECURE | VIR_DOMAIN_XML_INACTIVE | VIR_DOMAIN_XML_MIGRATABLE)
        .map(without_mark);
}

} // namespace

Status Libvirt::save(const DomainIdentity& identity, const std::filesystem::path& file,
                     const Deadline& deadline) {
    return implementation_->act(identity, deadline, "save", [file](virDomainPtr domain) {
        return virDomainSave(domain, file.c_str());
    });
}

Status Libvirt::restore(const std::filesystem::path& file, const Deadline& deadline) {
    return implementation_->connection.call<void>(deadline, [file](virConnectPtr open) -> Status {
        int restored = virDomainRestoreFlags(open, file.c_str(), nullptr, VIR_DOMAIN_SAVE_PAUSED);
        if (restored != 0 && refuses_flags()) {
            restored = virDomainRestore(open, file.c_str());
        }
        if (restored != 0) {
            return fail(last_error("restore from " + file.string()));
        }
        return {};
    });
}

Status Libvirt::revert(const DomainIdentity& identity, const std::string& snapshot,
                       const Deadline& deadline) {
    const std::string what = "snapshot " + snapshot;
    return implementation_->act(identity, deadline, what, [snapshot](virDomainPtr domain) {
        const SnapshotHandle found(virDomainSnapshotLookupByName(domain, snapshot.c_str(), 0));
        return found ? virDomainRevertToSnapshot(found.get(), VIR_DOMAIN_SNAPSHOT_REVERT_PAUSED)
                     : -1;
    });
}

Status Libvirt::activate_network(const std::string& name, const Deadline& deadline) {
    return implementation_->connection.call<void>(
        deadline, [name](virConnectPtr open) { return start_network(open, name); });
}

Status Libvirt::activate_pool(const std::string& name, const Deadline& deadline) {
    return implementation_->connection.call<void>(
        deadline, [name](virConnectPtr open) { return start_pool(open, name); });
}

Result<std::string> Libvirt::configuration(const DomainIdentity& identity,
                                           const Deadline& deadline) {
    return implementation_->connection.call<std::string>(deadline, [identity](virConnectPtr open) {
        return look_up(open, identity).and_then([](const DomainHandle& domain) {
            return configuration_of(domain.get());
        });
    });
}

Result<std::string> Libvirt::live_description(const DomainIdentity& identity,
                                              const Deadline& deadline) {
    return implementation_->connection.call<std::string>(deadline, [identity](virConnectPtr open) {
        return look_up(open, identity).and_then([](const DomainHandle& domain) {
            return xml_of(domain.get(), 0);
        });
    });
}

Result<bool> Libvirt::autostarts(const DomainIdentity& identity, const Deadline& deadline) {
    return implementation_->connection.call<bool>(
        deadline, [identity](virConnectPtr open) -> Result<bool> {
            const auto domain = look_up(open, identity);
            if (!domain) {
                return fail(domain.error());
            }
            int autostart = 0;
            // libvirt refuses to tell of a domain without a definition: it has no autostart.
            return virDomainGetAutostart(domain->get(), &autostart) == 0 && autostart != 0;
        });
}

} // namespace twinsite::hypervisor
