// What belongs where: the topology file as values. Names are unique within their kind and are
// references to each other; a Topology that lib/config returned refers to nothing that is missing.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace twinsite::site {

struct Outlet {
    std::string pdu;
    std::string outlet;
};

struct Node {
    std::string name; ///< as `uname -n` and Pacemaker call it
    std::string site;
    bool storage = false;                       ///< may hold mirrors and targets
    bool compute = false;                       ///< may run VMs
    std::int64_t memory_mib = 0;                ///< 0: not stated
    std::int64_t reserve_mib = 0;               ///< kept for the host itself
    std::int64_t cpus = 0;                      ///< 0: not stated
    std::vector<std::string> cluster_addresses; ///< one per corosync link
    std::string storage_address;   ///< DRBD and iSCSI; the first cluster address if none
    std::string migration_address; ///< live migration; "" when not stated
    std::vector<Outlet> power;     ///< every outlet that feeds the node
    std::string watchdog;          ///< device, "" for none
    std::uint32_t id = 0;          ///< corosync's nodeid

    [[nodiscard]] std::int64_t usable_mib() const { return memory_mib - reserve_mib; }
};

struct Snmp {
    std::string version = "3";    ///< 1, 2c or 3
    std::string user;             ///< version 3
    std::string auth;             ///< MD5, SHA, SHA-256 ...; "" for none
    std::string priv;             ///< DES, AES, AES-256 ...; "" for none
    std::string secret_file;      ///< passphrase or community; never in the CIB
    std::string priv_secret_file; ///< privacy passphrase; "" when it is the same
};

struct Pdu {
    std::string name;
    std::string site;
    std::string address;
    std::int64_t port = 161;
    std::string model = "auto";
    Snmp snmp = {};
};

struct Replica {
    std::string node;
    std::string disk; ///< the backing device there
};

struct Mirror {
    std::vector<Replica> replicas; ///< two, one per site
    std::string device;            ///< /dev/drbdN
    std::int64_t port = 0;
    std::string protocol = "C";
    std::int64_t resync_mib = 100;   ///< per second
    bool integrity = false;          ///< checksums on the wire
    std::int64_t verify_days = 0;    ///< between two comparisons of both copies, 0: never
    std::string verify_window;       ///< "22:00-05:00", local time; "" for any time
    std::int64_t max_behind_mib = 0; ///< protocol A: how far the peer may be behind, 0: any
    bool link_health = false;        ///< a lost or flapping link shows in Pacemaker's node health
};

struct Target {
    std::string iqn;
    std::int64_t lun = 0;
    std::string implementation = "lio";  ///< lio or tgt
    std::vector<std::string> initiators; ///< empty: any initiator
    std::string chap_user;
    std::string chap_secret_file;
};

struct Address {
    std::string ip;
    std::int64_t prefix = 0;
    std::string nic;
};

struct Lun {
    std::string name;
    std::string home; ///< a site
    std::int64_t size_mib = 0;
    Mirror mirror;
    Target target;
    Address address;

    /// VMs use the mirror's device on their own host, without iSCSI; both copies are promoted, so
    /// that a VM can move by live migration.
    [[nodiscard]] bool converged() const { return target.iqn.empty(); }
    [[nodiscard]] const Replica* replica_on(std::string_view node) const;
};

struct Vm {
    std::string name;
    std::string home; ///< a site
    std::vector<std::string> luns;
    std::string config; ///< path of the domain XML, on every compute node
    std::int64_t memory_mib = 0;
    std::int64_t cpus = 0;
    std::int64_t priority = 0;
    std::int64_t shutdown_timeout = 0; ///< seconds; 0: what the agent makes of the stop's timeout
    std::vector<std::string> after;    ///< VMs that start before it
    std::string group;                 ///< VMs of one group stay in one site
    std::string host;                  ///< preferred host, "" to let twinsite spread the VMs
};

enum class Isolation { keep_home, majority };
enum class Failback { automatic, manual, window };

struct Policy {
    Isolation isolation = Isolation::keep_home;
    Failback failback = Failback::automatic;
    std::string window; ///< "22:00-05:00", local time, with Failback::window
    bool vm_follows_lun = true;
    bool overflow = true;
};

/// How VMs migrate: parameters handed to the VM agent. "" leaves the agent's default.
struct Migration {
    std::string transport;
    std::string user;
    std::string network_suffix;
};

/// Corosync's wire. Without a key file the traffic is neither signed nor encrypted.
struct Wire {
    std::int64_t token_ms = 3000;
    std::string key_file;
};

struct Topology {
    std::string cluster;
    std::vector<std::string> sites;
    std::string witness; ///< address of a corosync-qnetd, "" for none
    std::vector<Node> nodes;
    std::vector<Pdu> pdus;
    std::vector<Lun> luns;
    std::vector<Vm> vms;
    Policy policy;
    Migration migration;
    Wire wire;

    [[nodiscard]] const Node* node(std::string_view name) const;
    [[nodiscard]] const Pdu* pdu(std::string_view name) const;
};

std::string_view to_string(Isolation isolation);
std::string_view to_string(Failback failback);

} // namespace twinsite::site
