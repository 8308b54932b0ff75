#include "cli/commands.hpp"
#include "cli/json.hpp"

#include <twinsite/base/deadline.hpp>
#include <twinsite/base/text.hpp>
#include <twinsite/mirror/drbd.hpp>
#include <twinsite/mirror/memory.hpp>
#include <twinsite/process/command.hpp>
#include <twinsite/site/resolve.hpp>

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>

namespace twinsite::cli {

namespace {

constexpr auto patience = std::chrono::seconds(30);

std::string own_name() {
    std::array<char, 256> name{};
    return ::gethostname(name.data(), name.size() - 1) == 0 ? std::string(name.data())
                                                            : std::string{};
}

site::CopyFacts facts_of(const mirror::Observation& seen, const mirror::Memory& memory) {
    site::CopyFacts facts;
    facts.split_brain = memory.split_brain && !memory.split_brain->reconnected;
    facts.configured = seen.configured;
    facts.promoted = seen.role == mirror::Role::primary;
    facts.up_to_date =
        !seen.volumes.empty() &&
        std::all_of(seen.volumes.begin(), seen.volumes.end(), [](const mirror::Volume& volume) {
            return volume.disk == mirror::Disk::up_to_date ||
                   volume.disk == mirror::Disk::consistent;
        });
    for (const mirror::Peer& peer : seen.peers) {
        facts.connected = facts.connected || peer.connection == mirror::Connection::connected;
        facts.refuses_peer =
            facts.refuses_peer || peer.connection == mirror::Connection::stand_alone;
        for (const mirror::PeerVolume& volume : peer.volumes) {
            facts.written_kib = facts.written_kib.value_or(0) + volume.out_of_sync_kib;
        }
    }
    return facts;
}

Json resolution_json(const site::Resolution& resolution) {
    Json commands = Json::array();
    for (const auto& command : resolution.commands) {
        commands.push_back(join(command, " "));
    }
    return {{"lun", resolution.lun},
            {"verdict", std::string(site::to_string(resolution.verdict))},
            {"reason", resolution.reason},
            {"loss", resolution.loss},
            {"commands", std::move(commands)},
            {"elsewhere", resolution.elsewhere}};
}

void print_resolution(const site::Resolution& resolution) {
    fmt::print("{}: {}: {}\n", resolution.lun, site::to_string(resolution.verdict),
               resolution.reason);
    if (!resolution.loss.empty()) {
        fmt::print("    lost by it: {}\n", resolution.loss);
    }
    for (const auto& command : resolution.commands) {
        fmt::print("    {}\n", join(command, " "));
    }
    for (const std::string& line : resolution.elsewhere) {
        fmt::print("    {}\n", line);
    }
}

} // namespace

Exit run_resolve(const Options& options, const ResolveOptions& how) {
    const auto loaded = load(options);
    if (!loaded.topology) {
        return loaded.exit;
    }
    const site::Topology& topology = *loaded.topology;
    const auto& sites = topology.sites;
    if (!how.keep.empty() && std::find(sites.begin(), sites.end(), how.keep) == sites.end()) {
        return report(options,
                      {ErrorKind::invalid_config,
                       fmt::format("there is no site \"{}\"", printable(how.keep))},
                      Exit::usage);
    }
    const std::string node = own_name();
    process::SystemCommandRunner runner;
    const SystemClock clock;
    Exit exit = Exit::fine;
    Json all = Json::array();
    const auto document = [&] { return Json{{"node", node}, {"luns", all}}; };
    std::size_t seen_luns = 0;
    for (const site::Lun& lun : topology.luns) {
        const bool asked = how.luns.empty() ||
                           std::find(how.luns.begin(), how.luns.end(), lun.name) != how.luns.end();
        if (!asked || lun.replica_on(node) == nullptr) {
            continue;
        }
        ++seen_luns;
        mirror::Drbd drbd(lun.name, runner);
        const auto seen = drbd.observe(Deadline::after(clock, patience));
        if (!seen) {
            return report(options, seen.error().in(lun.name), Exit::cluster, document());
        }
        // Without the record the kernel's own state still tells most of it.
        const auto memory =
            mirror::MemoryFile(mirror::memory_folder, lun.name).load().value_or(mirror::Memory{});
        const auto resolution =
            site::resolve(topology, lun, node, facts_of(*seen, memory), how.keep);
        if (options.json) {
            all.push_back(resolution_json(resolution));
        } else {
            print_resolution(resolution);
        }
        const bool acts = !resolution.commands.empty();
        if (resolution.verdict == site::Verdict::refuse || (acts && !how.yes)) {
            exit = Exit::findings;
        }
        for (const auto& command : resolution.commands) {
            if (!how.yes) {
                break;
            }
            const auto done = runner.run_ok({command, {}, {}}, Deadline::after(clock, patience));
            if (!done) {
                return report(options, done.error(), Exit::cluster, document());
            }
        }
    }
    if (seen_luns == 0) {
        return report(options,
                      {ErrorKind::not_found,
                       fmt::format("{} holds no copy of the LUNs asked for; run this on a storage "
                                   "node",
                                   node)},
                      Exit::usage, document());
    }
    if (options.json) {
        print_json(document());
    }
    return exit;
}

} // namespace twinsite::cli
