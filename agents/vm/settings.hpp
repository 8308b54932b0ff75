// The agent's parameters as values of their own types.
#pragma once

#include "ocf/request.hpp"

#include <twinsite/base/deadline.hpp>
#include <twinsite/hypervisor/hypervisor.hpp>

#include <string>
#include <vector>

namespace twinsite::vm {

struct MigrationSettings {
    std::string transport{};
    std::string user{};
    std::string network_suffix{};
    std::string daemon_uri{}; ///< a template with %n
    std::string memory_uri{}; ///< a template with %n
    unsigned port = 0;
    unsigned downtime_ms = 0;
    unsigned bandwidth_mib = 0;
    unsigned connections = 1;
    std::string compression{}; ///< "" for none
    bool tls = false;
    bool auto_converge = false;
    bool post_copy = false;
};

struct UtilizationSettings {
    std::string cpu_key;    ///< "" when it is not to be set
    std::string memory_key; ///< "" when it is not to be set
};

struct Settings {
    std::string config;
    std::string hypervisor;
    Milliseconds storage_wait{};
    bool check_memory = true;
    bool start_resources = false;
    std::string state_folder; ///< "" when stops do not save
    bool state_folder_local = false;
    std::string revert_to;
    bool save_config = false;
    bool sync_config = false;
    std::vector<std::string> monitor_scripts;
    std::vector<std::string> guest_check;
    UtilizationSettings utilization;
    bool force_stop = false;
    std::vector<hypervisor::ShutdownMode> shutdown_modes;
    Milliseconds shutdown_reserve{}; ///< zero: automatic
    Milliseconds shutdown_timeout{}; ///< zero: all but the reserve
    MigrationSettings migration;
};

/// Error invalid_config. For a stop, what a stop does not need is replaced by its default instead.
Result<Settings> read_settings(const ocf::Request& request);

/// "agent,acpi" and the like.
Result<std::vector<hypervisor::ShutdownMode>> parse_shutdown_modes(std::string_view text);

/// The target daemon's URI and the URI of the memory transfer for a node.
Result<std::string> daemon_uri_for(const Settings& settings, std::string_view node);
std::string memory_uri_for(const Settings& settings, std::string_view node);

/// Whether the scheme of a hypervisor URI is one of libvirt's drivers.
bool names_driver(std::string_view uri);

} // namespace twinsite::vm
