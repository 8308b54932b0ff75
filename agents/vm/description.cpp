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
        {.name = "check_memory",
         .type = Type::boolean,
         .shortdesc = "Refuse a start without enough free memory",
         .longdesc = "Refuse to start, or to migrate to a node, when the guest needs more memory "
                     "than is free there without swapping.",
         .default_value = "true",
         .reloadable = true},
        {.name = "start_resources",
         .type = Type::boolean,
         .shortdesc = "Start virtual networks and storage pools first",
         .longdesc = "Before a start, start the libvirt networks and storage pools that the domain "
                     "uses and that are not active.",
         .default_value = "false",
         .reloadable = true},
        {.name = "snapshot",
         .shortdesc = "Directory for the saved state",
         .longdesc =
             "When set, a stop saves the guest's memory to NAME.state in this directory instead of "
             "shutting it down, and the next start lets it go on from there. The directory must be "
             "the same on every node (a shared file system): a state left behind on one node is "
             "poison once the guest ran on another. A state that is there while the guest runs is "
             "renamed to NAME.state.stale. Not together with force_stop.",
         .reloadable = true},
        {.name = "snapshot_local",
         .type = Type::boolean,
         .shortdesc = "snapshot may be on a local file system",
         .longdesc = "Promise that this virtual machine never runs on another node, so that its "
                     "saved state may lie on a local file system.",
         .default_value = "false",
         .reloadable = true},
        {.name = "revert_to",
         .shortdesc = "Snapshot to start from",
         .longdesc = "Name of a libvirt snapshot of the defined domain; every start reverts to it. "
                     "What the guest wrote since is lost.",
         .reloadable = true},
        {.name = "save_config_on_stop",
         .type = Type::boolean,
         .shortdesc = "Write the live configuration back at a stop",
         .longdesc = "Before a stop, write the domain's configuration as it is now to config. The "
                     "file as it was is kept beside it with the ending .previous. Not of a domain "
                     "that is also defined in libvirt: its definition is not how it runs.",
         .default_value = "false",
         .reloadable = true},
        {.name = "sync_config_on_stop",
         .type = Type::boolean,
         .shortdesc = "Copy config to the other nodes at a stop",
         .longdesc =
             "As save_config_on_stop, and then have csync2 copy the file to the other nodes.",
         .default_value = "false",
         .reloadable = true},
        {.name = "autoset_utilization_cpu",
         .type = Type::boolean,
         .shortdesc = "Tell Pacemaker how many CPUs the guest has",
         .longdesc = "After a start or migration, write the number of virtual CPUs into the "
                     "resource's utilization attributes.",
         .default_value = "false",
         .reloadable = true},
        {.name = "autoset_utilization_memory",
         .type = Type::boolean,
         .shortdesc = "Tell Pacemaker how much memory the guest has",
         .longdesc = "After a start or migration, write the guest's memory in MiB into the "
                     "resource's utilization attributes.",
         .default_value = "false",
         .reloadable = true},
        {.name = "utilization_cpu_key",
         .shortdesc = "Name of the utilization attribute for CPUs",
         .longdesc = "Name of the utilization attribute for CPUs, as the nodes have it.",
         .default_value = "cpu",
         .reloadable = true},
        {.name = "utilization_memory_key",
         .shortdesc = "Name of the utilization attribute for memory",
         .longdesc = "Name of the utilization attribute for memory, as the nodes have it.",
         .default_value = "memory",
         .reloadable = true},
    };
}

std::vector<Parameter> monitor_parameters() {
    return {
        {.name = "monitor_scripts",
         .shortdesc = "Programs on this host that check the application",
         .longdesc =
             "Absolute paths, separated by blanks, of programs that check what runs in the guest. "
             "Every monitor runs them; a start and a migration end only when all of them succeed.",
         .reloadable = true},
        {.name = "guest_check",
         .shortdesc = "Command in the guest that checks the application",
         .longdesc =
             "Absolute path and arguments, separated by blanks, of a command that the guest agent "
             "runs in the guest for a monitor with OCF_CHECK_LEVEL 20. Exit code 0 is healthy.",
         .reloadable = true},
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
        {.name = "migration_connections",
         .type = Type::integer,
         .shortdesc = "Parallel connections of a live migration",
         .longdesc = "How many connections carry the guest's memory. 1: a single one.",
         .default_value = "1",
         .reloadable = true,
         .low = 1,
         .high = 255},
        {.name = "migration_compression",
         .type = Type::select,
         .shortdesc = "Compression of a live migration",
         .longdesc = "How the guest's memory is compressed on its way: none, mt (threads), xbzrle "
                     "(only what changed), zlib or zstd (these two with several connections).",
         .default_value = "none",
         .reloadable = true,
         .options = {"none", "mt", "xbzrle", "zlib", "zstd"}},
        {.name = "migration_tls",
         .type = Type::boolean,
         .shortdesc = "Encrypt the guest's memory on its way",
         .longdesc = "Send the guest's memory through TLS; the certificates are the hypervisor's "
                     "(migrate_tls_x509_cert_dir in qemu.conf).",
         .default_value = "false",
         .reloadable = true},
        {.name = "migration_auto_converge",
         .type = Type::boolean,
         .shortdesc = "Slow a busy guest down so that a migration ends",
         .longdesc = "Throttle a guest that changes its memory faster than it can be sent.",
         .default_value = "false",
         .reloadable = true},
        {.name = "migration_postcopy",
         .type = Type::boolean,
         .shortdesc = "Let the guest run on the target before all memory is there",
         .longdesc = "After one round over the memory, let the guest go on at the target and fetch "
                     "the rest from there. It always ends, but once switched it cannot be aborted, "
                     "and a network that breaks then costs the guest.",
         .default_value = "false",
         .reloadable = true},
    };
}

std::vector<Parameter> all_parameters() {
    std::vector<Parameter> all;
    for (const auto& part : {identity_parameters(), start_parameters(), stop_parameters(),
                             monitor_parameters(), migration_parameters()}) {
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
                    {.name = "monitor", .timeout = 30, .interval = 60, .depth = 10},
                    {.name = "monitor", .timeout = 60, .interval = 120, .depth = 20},
                    {.name = "reload-agent", .timeout = 10},
                    {.name = "migrate_to", .timeout = 120},
                    {.name = "migrate_from", .timeout = 60},
                    {.name = "validate-all", .timeout = 10}}};
    return it;
}

} // namespace twinsite::vm
