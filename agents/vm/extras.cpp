#include "agents/vm/vm_agent.hpp"
#include "lib/hypervisor/bounded.hpp"

#include <twinsite/base/file.hpp>
#include <twinsite/log/log.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <system_error>

namespace twinsite::vm {

namespace {

constexpr Milliseconds patience{10000};

/// A side matter of an action takes no more than a quarter of its time.
Deadline briefly(const ocf::Request& request, const Clock& clock) {
    return request.deadline.within(clock, std::min(patience, request.deadline.left(clock) / 4));
}

/// Whether the file changed. Through links: it is the file that changes, and not what leads to it.
Result<bool> replace_configuration(const std::filesystem::path& link,
                                   const hypervisor::DomainIdentity& identity,
                                   const std::string& live) {
    std::error_code error;
    const auto config = std::filesystem::canonical(link, error);
    const auto before = read_file(config);
    // Whatever the daemon said: only the XML of this very domain replaces the file.
    const auto parsed = hypervisor::parse_definition(live);
    if (!before || !parsed || parsed->identity.name != identity.name || *before == live) {
        return false;
    }
    const auto status = std::filesystem::status(config, error);
    const unsigned mode = error ? 0600U : static_cast<unsigned>(status.permissions()) & 0777U;
    return replace_file(config.string() + ".previous", *before, mode)
        .and_then([&] { return replace_file(config, live, mode); })
        .map([] { return true; });
}

std::string tool(const ocf::Request& request, const char* name) {
    const auto folder = request.environment.find("HA_SBIN_DIR");
    return folder == request.environment.end() ? name : folder->second + "/" + name;
}

} // namespace

StateFile VmAgent::state_file(const DomainIdentity& identity) const {
    return StateFile(settings_.state_folder, identity.name, settings_.state_folder_local);
}

Status VmAgent::start_networks_and_pools(const Definition& definition, const Deadline& deadline) {
    for (const hypervisor::Interface& interface : definition.interfaces) {
        if (interface.kind == "network") {
            if (auto active = world_.maintenance.activate_network(interface.source, deadline);
                !active) {
                return active;
            }
        }
    }
    for (const hypervisor::Disk& disk : definition.disks) {
        if (disk.kind == hypervisor::DiskKind::volume) {
            const std::string pool = disk.source.substr(0, disk.source.find('/'));
            if (auto active = world_.maintenance.activate_pool(pool, deadline); !active) {
                return active;
            }
        }
    }
    return {};
}

void VmAgent::set_utilization(const Definition& definition) {
    const auto set = [&](const std::string& key, std::uint64_t value) {
        if (key.empty()) {
            return;
        }
        const auto done = world_.commands.run_ok(
            {.argv = {tool(request_, "crm_resource"), "--resource",
                      std::string(request_.resource()), "--utilization", "--set-parameter", key,
                      "--parameter-value", std::to_string(value)},
             .input = {},
             .environment = {}},
            briefly(request_, world_.clock));
        if (!done) {
            log::warning("utilization {} is not set: {}", key, done.error().message);
        }
    };
    set(settings_.utilization.cpu_key, definition.vcpus);
    set(settings_.utilization.memory_key, definition.memory_kib / 1024);
}

void VmAgent::set_stale_state_aside(const DomainIdentity& identity) {
    if (settings_.state_folder.empty()) {
        return;
    }
    const auto aside = state_file(identity).set_aside();
    if (!aside) {
        log::error("a saved state that may be there must not be restored, its disks are newer: "
                   "remove it ({})",
                   aside.error().message);
    } else if (*aside) {
        log::warning("a saved state was there while the guest runs: its disks are newer, so it is "
                     "set aside as {}; remove it",
                     (*aside)->string());
    }
}

void VmAgent::warn_of_autostart(const DomainIdentity& identity) {
    const auto starts = world_.maintenance.autostarts(identity, briefly(request_, world_.clock));
    if (starts && *starts) {
        log::warning("libvirt itself starts domain {0} when this host boots, wherever the cluster "
                     "runs it: \"virsh autostart --disable {0}\" ends that",
                     identity.name);
    }
}

void VmAgent::save_configuration(const DomainIdentity& identity) {
    const auto warn = [](const Error& error) {
        log::warning("the configuration is not saved: {}", error.message);
    };
    const auto live = world_.maintenance.configuration(identity, briefly(request_, world_.clock));
    if (!live) {
        if (live.error().kind != ErrorKind::not_found) {
            warn(live.error());
        }
        return;
    }
    const auto replaced = hypervisor::bounded_by_files<bool>(
        settings_.config, [config = settings_.config, identity, live = *live] {
            return replace_configuration(config, identity, live);
        });
    if (!replaced) {
        warn(replaced.error());
    }
    if (!replaced || !*replaced) {
        return;
    }
    if (settings_.sync_config) {
        const auto synced = world_.commands.run_ok(
            {.argv = {"csync2", "-xv", settings_.config}, .input = {}, .environment = {}},
            briefly(request_, world_.clock));
        if (!synced) {
            warn(synced.error());
        }
    }
}

bool VmAgent::save_state(const DomainIdentity& identity) {
    const StateFile state = state_file(identity);
    const Observation seen = observe(identity, briefly(request_, world_.clock));
    if (judge(seen).verdict != Verdict::healthy || seen.daemon != Answer::present) {
        return false;
    }
    if (auto usable = state.usable(); !usable) {
        log::error("{}; the guest is shut down instead", usable.error().message);
        return false;
    }
    // Half of the time: a save that does not end leaves the other half for a shutdown.
    const auto saved = world_.maintenance.save(
        identity, state.path(),
        request_.deadline.within(world_.clock, request_.deadline.left(world_.clock) / 2));
    if (!saved) {
        log::error("{}; the guest is shut down instead", saved.error().message);
        static_cast<void>(world_.hypervisor.abort_job(identity, briefly(request_, world_.clock)));
        state.remove(); // half a state is none
    }
    return saved.has_value();
}

} // namespace twinsite::vm
