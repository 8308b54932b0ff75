#include "agents/vm/settings.hpp"

#include <twinsite/base/text.hpp>
#include <twinsite/log/log.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>

namespace twinsite::vm {

namespace {

using hypervisor::ShutdownMode;

Milliseconds seconds(std::int64_t number) {
    return std::chrono::duration_cast<Milliseconds>(std::chrono::seconds(number));
}

unsigned natural(const ocf::Values& values, std::string_view name) {
    return static_cast<unsigned>(values.integer(name));
}

Status check_word(std::string_view parameter, std::string_view text, std::string_view also) {
    const bool fine = std::all_of(text.begin(), text.end(), [&](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               also.find(c) != std::string_view::npos;
    });
    if (!fine) {
        return fail(ErrorKind::invalid_config, fmt::format("parameter {}: \"{}\" has characters "
                                                           "that do not belong there",
                                                           parameter, printable(text)));
    }
    return {};
}

Status check_uri(std::string_view parameter, std::string_view text) {
    return check_word(parameter, text, "%+-._:/?=&@[],~");
}

Status check_paths(std::string_view parameter, std::span<const std::string> paths) {
    for (const std::string& path : paths) {
        if (!path.starts_with('/')) {
            return fail(ErrorKind::invalid_config,
                        fmt::format("parameter {}: \"{}\" is not an absolute path", parameter,
                                    printable(path)));
        }
    }
    return {};
}

Status check_printable(std::string_view parameter, const std::string& text) {
    if (printable(text) != text) {
        return fail(ErrorKind::invalid_config,
                    fmt::format("parameter {}: \"{}\" has characters that cannot be printed",
                                parameter, printable(text)));
    }
    return {};
}

/// Unset, or with what makes it one; libvirt says the rest.
Status check_has(std::string_view parameter, const std::string& text, std::string_view mark) {
    if (!text.empty() && text.find(mark) == std::string::npos) {
        return fail(ErrorKind::invalid_config,
                    fmt::format("parameter {}: \"{}\" is no URI, it lacks a \"{}\"", parameter,
                                printable(text), mark));
    }
    return {};
}

std::vector<std::string> as_list(const std::string& path) {
    return path.empty() ? std::vector<std::string>{} : std::vector<std::string>{path};
}

/// https://libvirt.org/drivers.html
constexpr std::array<std::string_view, 17> drivers{
    "parallels", "qemu",         "xen",      "lxc",          "ch",  "test", "vbox", "openvz", "vz",
    "bhyve",     "vmwareplayer", "vmwarews", "vmwarefusion", "esx", "gsx",  "vpx",  "hyperv"};

/// qemu guests are most of all, and a daemon of another name would be asked in vain.
Status check_hypervisor(const std::string& uri) {
    if (uri.find(":/") == std::string::npos) {
        return fail(ErrorKind::invalid_config,
                    fmt::format("parameter hypervisor: \"{}\" is no libvirt URI", printable(uri)));
    }
    if (!names_driver(uri)) {
        return fail(
            ErrorKind::invalid_config,
            fmt::format("parameter hypervisor: \"{}\" names no driver of libvirt", printable(uri)));
    }
    const std::string_view whole = std::string_view(uri).substr(0, uri.find('?'));
    const std::string_view path = whole.substr(whole.rfind('/'));
    if (uri.starts_with("qemu") && path != "/system" && path != "/session" && path != "/embed") {
        return fail(ErrorKind::invalid_config,
                    fmt::format("parameter hypervisor: \"{}\" ends in none of /system, /session, "
                                "/embed",
                                printable(uri)));
    }
    return {};
}

Status check(const Settings& settings) {
    if (!settings.config.starts_with('/')) {
        return fail(ErrorKind::invalid_config,
                    fmt::format("parameter config: \"{}\" is not an absolute path",
                                printable(settings.config)));
    }
    if (auto checked = check_hypervisor(settings.hypervisor); !checked) {
        return checked;
    }
    if (!settings.state_folder.empty() && settings.force_stop) {
        return fail(ErrorKind::invalid_config,
                    "parameters snapshot and force_stop contradict each other: set one of them");
    }
    const MigrationSettings& migration = settings.migration;
    const std::vector<std::string> folder = as_list(settings.state_folder);
    const std::span<const std::string> command(settings.guest_check);
    const std::array<Status, 14> checks{
        check_paths("monitor_scripts", settings.monitor_scripts),
        check_paths("guest_check", command.first(std::min<std::size_t>(command.size(), 1))),
        check_paths("snapshot", folder),
        check_printable("revert_to", settings.revert_to),
        check_word("utilization_cpu_key", settings.utilization.cpu_key, "-._"),
        check_word("utilization_memory_key", settings.utilization.memory_key, "-._"),

        check_uri("hypervisor", settings.hypervisor),
        check_word("migration_transport", migration.transport, ""),
        check_word("migration_user", migration.user, "-._"),
        check_word("migration_network_suffix", migration.network_suffix, "-._"),
        check_uri("remoteuri", migration.daemon_uri),
        check_uri("migrateuri", migration.memory_uri),
        check_has("remoteuri", migration.daemon_uri, "://"),
        check_has("migrateuri", migration.memory_uri, ":")};
    for (const Status& one : checks) {
        if (!one) {
            return one;
        }
    }
    return {};
}

std::string on_migration_network(const Settings& settings, std::string_view node) {
    const auto dot = std::min(node.find('.'), node.size());
    return fmt::format("{}{}{}", node.substr(0, dot), settings.migration.network_suffix,
                       node.substr(dot));
}

std::string fill_in(std::string text, std::string_view node) {
    for (auto at = text.find("%n"); at != std::string::npos; at = text.find("%n", at)) {
        text.replace(at, 2, node);
        at += node.size();
    }
    return text;
}

} // namespace

Result<std::vector<ShutdownMode>> parse_shutdown_modes(std::string_view text) {
    std::vector<ShutdownMode> modes;
    for (const std::string& word : split(text, ", \t")) {
        bool known = false;
        for (const auto mode : {ShutdownMode::agent, ShutdownMode::acpi, ShutdownMode::initctl,
                                ShutdownMode::signal, ShutdownMode::paravirt}) {
            if (word == hypervisor::to_string(mode)) {
                known = true;
                if (std::find(modes.begin(), modes.end(), mode) == modes.end()) {
                    modes.push_back(mode);
                }
            }
        }
        if (!known) {
            return fail(ErrorKind::invalid_config,
                        fmt::format("parameter shutdown_mode: \"{}\" is none of agent, acpi, "
                                    "initctl, signal, paravirt",
                                    printable(word)));
        }
    }
    return modes;
}

namespace {

MigrationSettings read_migration(const ocf::Values& values) {
    const std::string& compression = values.text("migration_compression");
    return {.transport = values.text("migration_transport"),
            .user = values.text("migration_user"),
            .network_suffix = values.text("migration_network_suffix"),
            .daemon_uri = values.text("remoteuri"),
            .memory_uri = values.text("migrateuri"),
            .port = natural(values, "migrateport"),
            .downtime_ms = natural(values, "migration_downtime"),
            .bandwidth_mib = natural(values, "migration_speed"),
            .connections = natural(values, "migration_connections"),
            .compression = compression == "none" ? "" : compression,
            .tls = values.boolean("migration_tls"),
            .auto_converge = values.boolean("migration_auto_converge"),
            .post_copy = values.boolean("migration_postcopy")};
}

UtilizationSettings read_utilization(const ocf::Values& values) {
    const auto key_when = [&](const char* wanted, const char* key) {
        return values.boolean(wanted) ? values.text(key) : std::string();
    };
    return {.cpu_key = key_when("autoset_utilization_cpu", "utilization_cpu_key"),
            .memory_key = key_when("autoset_utilization_memory", "utilization_memory_key")};
}

} // namespace

Result<Settings> read_settings(const ocf::Request& request) {
    const ocf::Values& values = request.values;
    const bool sync = values.boolean("sync_config_on_stop");
    Settings settings{.config = values.text("config"),
                      .hypervisor = values.text("hypervisor"),
                      .storage_wait = seconds(values.integer("storage_wait")),
                      .check_memory = values.boolean("check_memory"),
                      .start_resources = values.boolean("start_resources"),
                      .state_folder = values.text("snapshot"),
                      .state_folder_local = values.boolean("snapshot_local"),
                      .revert_to = values.text("revert_to"),
                      .save_config = sync || values.boolean("save_config_on_stop"),
                      .sync_config = sync,
                      .monitor_scripts = split(values.text("monitor_scripts")),
                      .guest_check = split(values.text("guest_check")),
                      .utilization = read_utilization(values),
                      .force_stop = values.boolean("force_stop"),
                      .shutdown_modes = {ShutdownMode::agent, ShutdownMode::acpi},
                      .shutdown_reserve = seconds(values.integer("shutdown_reserve")),
                      .shutdown_timeout = seconds(values.integer("shutdown_timeout")),
                      .migration = read_migration(values)};
    const bool lenient = request.action == "stop";
    const auto modes = parse_shutdown_modes(values.text("shutdown_mode"));
    if (modes) {
        settings.shutdown_modes = *modes;
    } else if (!lenient) {
        return fail(modes.error());
    } else {
        log::warning("{}; going on with agent,acpi", modes.error().message);
    }
    if (auto checked = check(settings); !checked && !lenient) {
        return fail(checked.error());
    }
    return settings;
}

Result<std::string> daemon_uri_for(const Settings& settings, std::string_view node) {
    const MigrationSettings& migration = settings.migration;
    if (!migration.daemon_uri.empty()) {
        return fill_in(migration.daemon_uri, node);
    }
    const auto scheme_end = settings.hypervisor.find("://");
    if (scheme_end == std::string::npos) {
        return fail(ErrorKind::invalid_config,
                    "parameter remoteuri is needed for a hypervisor URI of this form");
    }
    const std::string scheme =
        settings.hypervisor.substr(0, settings.hypervisor.find_first_of("+:"));
    const auto path =
        std::min(settings.hypervisor.find('/', scheme_end + 3), settings.hypervisor.size());
    return fmt::format("{}{}{}://{}{}{}{}", scheme, migration.transport.empty() ? "" : "+",
                       migration.transport, migration.user, migration.user.empty() ? "" : "@",
                       on_migration_network(settings, node), settings.hypervisor.substr(path));
}

std::string memory_uri_for(const Settings& settings, std::string_view node) {
    const MigrationSettings& migration = settings.migration;
    if (!migration.memory_uri.empty()) {
        return fill_in(migration.memory_uri, node);
    }
    if (migration.network_suffix.empty() && migration.port == 0) {
        return {};
    }
    const std::string host = on_migration_network(settings, node);
    return migration.port == 0 ? "tcp://" + host : fmt::format("tcp://{}:{}", host, migration.port);
}

bool names_driver(std::string_view uri) {
    const auto scheme = uri.substr(0, uri.find_first_of("+:"));
    return std::find(drivers.begin(), drivers.end(), scheme) != drivers.end();
}

} // namespace twinsite::vm
