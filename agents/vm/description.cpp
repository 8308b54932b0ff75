#include "agents/vm/description.hpp"

namespace twinsite::vm {

namespace {

using ocf::Parameter;
using ocf::Type;

std::vector<Parameter> identity_parameters() {
    return {
        {.name = "config",
         .shortdesc = "Domain XML file",
         .longdesc = "Absolute path of the libvirt domain XML of this virtual machine, the same on "
                     "every node. The domain is the UUID and name in it. The file is only read.",
         .required = true,
         .unique_group = "config",
         .identity = true},
        {.name = "hypervisor",
         .shortdesc = "Hypervisor URI",
         .longdesc = "The libvirt URI of this node's hypervisor. libvirtd and the modular daemons "
                     "are found alike.",
         .default_value = "qemu:///system",
         .identity = true},
    };
}

std::vector<Parameter> start_parameters() {
    return {
        {.name = "storage_wait",
         .type = Type::integer,
         .shortdesc = "Seconds a start waits for its disks",
         .longdesc = "How long a start waits for disks that do not answer yet, in seconds; never "
                     "longer than the start's timeout allows. 0 looks once.",
         .default_value = "60",
         .reloadable = true,
         .high = 86400},
    };
}

std::vector<Parameter> stop_parameters() {
    return {
        {.name = "force_stop",
         .type = Type::boolean,
         .shortdesc = "Destroy at once instead of shutting down",
         .longdesc = "Never ask the guest to shut down: a stop is a power cut for it. For guests "
                     "without an operating system that listens.",
         .default_value = "false",
         .reloadable = true},
        {.name = "shutdown_mode",
         .shortdesc = "How the guest is asked to shut down",
         .longdesc = "Ways to ask the guest, separated by commas, in the order in which they are "
                     "tried, each with its share of the time: agent (qemu guest agent), acpi "
                     "(power button), initctl and signal (containers), paravirt (Xen). A way the "
                     "guest does not offer costs no time.",
         .default_value = "agent,acpi",
         .reloadable = true},
        {.name = "shutdown_reserve",
         .type = Type::integer,
         .shortdesc = "Seconds of a stop kept for the destroy",
         .longdesc = "A guest that has not shut down this many seconds before the end of the stop "
                     "is destroyed. 0: a quarter of the time, at least 5 and at most 30 seconds.",
         .default_value = "0",
         .reloadable = true,
         .high = 3600},
        {.name = "shutdown_timeout",
         .type = Type::integer,
         .shortdesc = "Seconds a guest gets to shut down",
         .longdesc = "A guest that has not shut down after this many seconds is destroyed, even "
                     "when the stop's timeout would leave more. 0: all the time but the reserve.",
         .default_value = "0",
         .reloadable = true,
         .high = 86400},
    };
}

std::vector<Parameter> migration_parameters() {
    return {
        {.name = "migration_transport",
         .shortdesc = "Transport between the daemons, e.g. tls, tcp, ssh",
         .longdesc = "Transport by which this node's libvirt daemon reaches the target's during a "
                     "live migration: tls, tcp, ssh, libssh, libssh2. Unset: libvirt's default, "
                     "TLS.",
         .reloadable = true},
        {.name = "migration_user",
         .shortdesc = "User on the target",
         .longdesc = "User for the connection to the target's libvirt daemon, e.g. with ssh.",
         .reloadable = true},
        {.name = "migration_network_suffix",
         .shortdesc = "Suffix of the node names on the migration network",
         .longdesc = "Put behind the target's node name (before its first dot) to get its name on "
                     "a network meant for migrations: node rz1-a and suffix -mig give rz1-a-mig.",
         .reloadable = true},
        {.name = "remoteuri",
         .shortdesc = "URI of the target's daemon",
         .longdesc = "URI of the target's libvirt daemon, %n standing for its name. Unset: built "
                     "from hypervisor, migration_transport and migration_user.",
         .reloadable = true},
        {.name = "migrateuri",
         .shortdesc = "URI the guest's memory is sent to",
         .longdesc = "Where the memory goes, e.g. tcp://%n-mig:49152, %n standing for the target's "
                     "name. Unset: the target's daemon chooses, or, with "
                     "migration_network_suffix, tcp to that name.",
         .reloadable = true},
        {.name = "migrateport",
         .type = Type::integer,
         .shortdesc = "Port the guest's memory is sent to",
         .longdesc = "Port of a migrateuri that is not given. 0: the target's daemon chooses.",
         .default_value = "0",
         .reloadable = true,
         .high = 65535},
        {.name = "migration_downtime",
         .type = Type::integer,
         .shortdesc = "Longest pause of a live migration in ms",
         .longdesc = "How long the guest may stand still at the end of a live migration, in "
                     "milliseconds. 0: the hypervisor's default.",
         .default_value = "0",
         .reloadable = true,
         .high = 2000000},
        {.name = "migration_speed",
         .type = Type::integer,
         .shortdesc = "Bandwidth of a live migration in MiB/s",
         .longdesc = "Limit of a live migration's bandwidth in MiB/s. 0: none.",
         .default_value = "0",
         .reloadable = true,
         .high = 1000000},
    };
}

std::vector<Parameter> all_parameters() {
    std::vector<Parameter> all;
    for (auto part :
         {identity_parameters(), start_parameters(), stop_parameters(), migration_parameters()}) {
        all.insert(all.end(), part.begin(), part.end());
    }
    return all;
}

} // namespace

const ocf::Description& description() {
    static const ocf::Description it{
        .name = "vm",
        .shortdesc = "Virtual machine through libvirt",
        .longdesc =
            "A virtual machine managed through the libvirt API: started as a transient domain from "
            "its XML once its disks answer, shut down through guest agent, ACPI and at last by "
            "force within the stop's timeout, live-migrated with an abort that leaves it running "
            "where it was. Set allow-migrate=true for live migration.",
        .parameters = all_parameters(),
        .actions = {{.name = "start", .timeout = 90},
                    {.name = "stop", .timeout = 90},
                    {.name = "monitor", .timeout = 30, .interval = 10},
                    {.name = "migrate_to", .timeout = 120},
                    {.name = "migrate_from", .timeout = 60},
                    {.name = "validate-all", .timeout = 10}}};
    return it;
}

} // namespace twinsite::vm
