// Live migration with libvirt: the look at the target, the transfer, the abort.
#pragma once

#include "lib/hypervisor/libvirt_connection.hpp"

#include <twinsite/hypervisor/migration.hpp>

namespace twinsite::hypervisor {

Result<HostResources> resources_of(virConnectPtr connection);

Result<TargetView> inspect_target(Clock& clock, const std::string& daemon_uri,
                                  const Definition& definition, const Deadline& deadline);

/// The flags of virDomainMigrateToURI3; QEMU: by its driver.
unsigned migration_flags(const MigrationRequest& request, bool qemu);

Status migrate(LibvirtConnection& connection, const DomainIdentity& identity,
               const MigrationRequest& request, const Migrator::OnProgress& progress,
               const Deadline& deadline);

} // namespace twinsite::hypervisor
