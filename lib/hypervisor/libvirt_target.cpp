#include "lib/hypervisor/libvirt_migration.hpp"
#include "lib/hypervisor/libvirt_state.hpp"
#include "lib/hypervisor/xml_document.hpp"

#include <libvirt/virterror.h>

#include <array>
#include <string_view>
#include <vector>

namespace twinsite::hypervisor {

namespace {

using NetworkHandle = CHandle<virNetwork, virNetworkFree>;
using InterfaceHandle = CHandle<virInterface, virInterfaceFree>;

bool network_is_active(virConnectPtr connection, const std::string& name) {
    const NetworkHandle network(virNetworkLookupByName(connection, name.c_str()));
    if (network) {
        return virNetworkIsActive(network.get()) != 0;
    }
    // A daemon without the network driver cannot know; libvirt itself will tell at the migration.
    return last_error_code() != VIR_ERR_NO_NETWORK;
}

bool bridge_exists(virConnectPtr connection, const std::string& name) {
    const InterfaceHandle interface(virInterfaceLookupByName(connection, name.c_str()));
    return interface || last_error_code() != VIR_ERR_NO_INTERFACE;
}

/// Error when the daemon does not say: only that it knows no such domain is a no.
Status look_at_domain(virConnectPtr connection, const DomainIdentity& identity, TargetView& view) {
    for (const DomainIdentity& wanted :
         {identity, DomainIdentity{.name = identity.name, .uuid = ""}}) {
        const auto domain = look_up(connection, wanted);
        if (!domain && domain.error().kind == ErrorKind::not_found) {
            continue;
        }
        const int active = domain ? virDomainIsActive(domain->get()) : -1;
        if (active < 0 && domain && last_error_code() == VIR_ERR_NO_DOMAIN) {
            continue; // it ended between the two questions
        }
        if (active < 0) {
            return fail(domain ? last_error("domain " + identity.name) : domain.error());
        }
        if (active == 1) {
            view.already_active = true;
            view.active_name = virDomainGetName(domain->get());
            return {};
        }
    }
    return {};
}

/// Only the hypervisor's own verdict on an explicit CPU model counts; host-passthrough and TCG
/// have nothing to compare.
Fit cpu_fit(virConnectPtr connection, const Definition& definition) {
    const auto document = parse_xml(definition.xml);
    if (!document || definition.type != "kvm") {
        return Fit::unknown;
    }
    const Element cpu = root_of(*document).child("cpu");
    if (!cpu || !cpu.child("model")) {
        return Fit::unknown;
    }
    switch (virConnectCompareHypervisorCPU(connection, nullptr, nullptr, nullptr,
                                           definition.type.c_str(), cpu.dump().c_str(), 0)) {
    case VIR_CPU_COMPARE_INCOMPATIBLE:
        return Fit::no;
    case VIR_CPU_COMPARE_IDENTICAL:
    case VIR_CPU_COMPARE_SUPERSET:
        return Fit::yes;
    default:
        return Fit::unknown;
    }
}

Result<TargetView> look_at_target(virConnectPtr connection, const Definition& definition) {
    TargetView view;
    if (auto looked = look_at_domain(connection, definition.identity, view); !looked) {
        return fail(looked.error());
    }
    view.free_memory_kib = resources_of(connection).value_or(HostResources{}).free_memory_kib;
    for (const Interface& interface : definition.interfaces) {
        if (interface.kind == "network" && !network_is_active(connection, interface.source)) {
            view.missing_networks.push_back(interface.source);
        }
        if (interface.kind == "bridge" && !interface.virtual_port &&
            !bridge_exists(connection, interface.source)) {
            view.missing_bridges.push_back(interface.source);
        }
    }
    view.cpu = cpu_fit(connection, definition);
    return view;
}

} // namespace

Result<HostResources> resources_of(virConnectPtr connection) {
    int count = 0;
    if (virNodeGetMemoryStats(connection, VIR_NODE_MEMORY_STATS_ALL_CELLS, nullptr, &count, 0) !=
            0 ||
        count <= 0) {
        return fail(last_error("memory of the host"));
    }
    std::vector<virNodeMemoryStats> statistics(static_cast<std::size_t>(count));
    if (virNodeGetMemoryStats(connection, VIR_NODE_MEMORY_STATS_ALL_CELLS, statistics.data(),
                              &count, 0) != 0) {
        return fail(last_error("memory of the host"));
    }
    HostResources resources;
    for (const virNodeMemoryStats& entry : statistics) {
        const std::string_view field(&entry.field[0]);
        if (field == VIR_NODE_MEMORY_STATS_FREE || field == VIR_NODE_MEMORY_STATS_BUFFERS ||
            field == VIR_NODE_MEMORY_STATS_CACHED) {
            resources.free_memory_kib += entry.value;
        }
    }
    return resources;
}

Result<TargetView> inspect_target(Clock& clock, const std::string& daemon_uri,
                                  const Definition& definition, const Deadline& deadline) {
    return bounded<TargetView>(clock, deadline, "libvirt (" + daemon_uri + ")",
                               [daemon_uri, definition]() -> Result<TargetView> {
                                   const auto connection = open_connection(daemon_uri);
                                   if (!connection) {
                                       return fail(connection.error());
                                   }
                                   return look_at_target(connection->get(), definition);
                               });
}

} // namespace twinsite::hypervisor
