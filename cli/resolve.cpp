#include "cli/commands.hpp"
#include "cli/here.hpp"
#include "cli/json.hpp"
#include "cli/live.hpp"

#include <twinsite/base/choice.hpp>
#include <twinsite/base/deadline.hpp>
#include <twinsite/base/table.hpp>
#include <twinsite/base/text.hpp>
#include <twinsite/mirror/drbd.hpp>
#include <twinsite/mirror/memory.hpp>
#include <twinsite/process/command.hpp>
#include <twinsite/site/resolve.hpp>
#include <twinsite/site/split_marker.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace twinsite::cli {

namespace {

constexpr auto patience = std::chrono::seconds(30);

/// What DRBD and its handler's record say here.
site::CopyFacts facts_of(const mirror::Observation& seen, const mirror::Memory& memory) {
    site::CopyFacts facts;
    facts.split_brain = memory.split_brain && !memory.split_brain->reconnected;
    facts.own.found_at = memory.split_brain ? local_time(memory.split_brain->detected) : "";
    facts.configured = seen.configured;
    if (seen.role != mirror::Role::unknown) {
        facts.own.promoted = seen.role == mirror::Role::primary;
    }
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
            facts.own.written_kib = facts.own.written_kib.value_or(0) + volume.out_of_sync_kib;
        }
    }
    return facts;
}

/// What the cluster says of the peer; all unknown when it cannot be asked.
void add_cluster_facts(const site::Lun& lun, const std::string& node, const Result<Live>& live,
                       site::CopyFacts& facts) {
    if (!live) {
        return;
    }
    facts.bans = site::admin_bans(live->cib, lun, node);
    for (const site::Replica& replica : lun.mirror.replicas) {
        if (replica.node == node) {
            continue;
        }
        facts.peer = site::side_facts(lun, replica.node, live->state);
        const site::NodeState* peer = live->state.node(replica.node);
        const auto marker = peer == nullptr
                                ? std::map<std::string, std::string>::const_iterator{}
                                : peer->attributes.find(site::split_marker_name(lun.name));
        if (peer != nullptr && marker != peer->attributes.end()) {
            const auto said = site::parse_split_marker(marker->second);
            facts.peer.found_at = said ? local_time(said->found_at) : "";
        }
    }
}

Result<site::CopyFacts> look(const site::Lun& lun, const std::string& node,
                             const Result<Live>& live, process::CommandRunner& runner) {
    mirror::Drbd drbd(lun.name, runner);
    const auto seen = drbd.observe(Deadline::after(SystemClock(), patience));
    if (!seen) {
        return fail(seen.error());
    }
    // Without the record the kernel's own state still tells most of it.
    const auto memory =
        mirror::MemoryFile(mirror::memory_folder, lun.name).load().value_or(mirror::Memory{});
    auto facts = facts_of(*seen, memory);
    add_cluster_facts(lun, node, live, facts);
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
            {"sides", resolution.sides},
            {"loss", join(resolution.losses, "; ")},
            {"commands", std::move(commands)},
            {"steps", resolution.steps},
            {"elsewhere", resolution.elsewhere}};
}

Tone tone_of(site::Verdict verdict) {
    if (verdict == site::Verdict::keep_this || verdict == site::Verdict::nothing_to_do) {
        return Tone::good;
    }
    return verdict == site::Verdict::refuse ? Tone::bad : Tone::warning;
}

void print_resolution(const Options& options, const site::Resolution& resolution) {
    fmt::print(
        "{}: {}: {}\n", resolution.lun,
        painted(site::to_string(resolution.verdict), tone_of(resolution.verdict), options.colour),
        resolution.reason);
    for (const std::string& side : resolution.sides) {
        fmt::print("    {}\n", side);
    }
    for (const std::string& loss : resolution.losses) {
        fmt::print("    {}{}\n", resolution.losses.size() > 1 ? "" : "lost by it: ", loss);
    }
    for (const auto& command : resolution.commands) {
        fmt::print("    {}\n", join(command, " "));
    }
    for (std::size_t i = 0; i < resolution.steps.size(); ++i) {
        fmt::print("    {}. {}\n", i + 1, resolution.steps[i]);
    }
    for (const std::string& line : resolution.elsewhere) {
        fmt::print("    {}\n", line);
    }
}

/// The LUNs asked for that have a copy here. An error for a name that is no LUN, or one whose
/// copies are elsewhere: nothing is done then.
Result<std::vector<const site::Lun*>> luns_here(const site::Topology& topology,
                                                const std::vector<std::string>& asked,
                                                const std::string& node) {
    std::vector<std::string> known;
    std::vector<const site::Lun*> all;
    for (const site::Lun& lun : topology.luns) {
        known.push_back(lun.name);
        if (lun.replica_on(node) != nullptr) {
            all.push_back(&lun);
        }
    }
    if (asked.empty()) {
        if (all.empty()) {
            return fail(
                ErrorKind::not_found,
                fmt::format("{} holds no copy of any LUN; run this on a storage node", node));
        }
        return all;
    }
    std::vector<const site::Lun*> chosen;
    for (const std::string& name : asked) {
        const auto lun = std::find_if(topology.luns.begin(), topology.luns.end(),
                                      [&](const site::Lun& item) { return item.name == name; });
        if (lun == topology.luns.end()) {
            return fail(ErrorKind::invalid_config, no_such("LUN", name, known));
        }
        if (lun->replica_on(node) == nullptr) {
            std::vector<std::string> holders;
            for (const site::Replica& replica : lun->mirror.replicas) {
                holders.push_back(replica.node);
            }
            return fail(ErrorKind::not_found, fmt::format("{} holds no copy of {}; run this on {}",
                                                          node, name, join(holders, " or ")));
        }
        chosen.push_back(&*lun);
    }
    return chosen;
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
        return report(options, {ErrorKind::invalid_config, no_such("site", how.keep, sites)},
                      Exit::usage);
    }
    const std::string node = own_name();
    const auto luns = luns_here(topology, how.luns, node);
    if (!luns) {
        return report(options, luns.error(), Exit::usage,
                      {{"node", node}, {"luns", Json::array()}});
    }
    const auto live = look_at_cluster();
    if (!live && !options.json) {
        fmt::print("what the other side wrote is not known: {}\n", live.error().message);
    }
    process::SystemCommandRunner runner;
    const SystemClock clock;
    Exit exit = Exit::fine;
    Json all = Json::array();
    const auto document = [&] { return Json{{"node", node}, {"luns", all}}; };
    for (const site::Lun* lun : *luns) {
        const auto facts = look(*lun, node, live, runner);
        if (!facts) {
            return report(options, facts.error().in(lun->name), Exit::cluster, document());
        }
        const auto resolution = site::resolve(topology, *lun, node, *facts, how.keep);
        if (options.json) {
            all.push_back(resolution_json(resolution));
        } else {
            print_resolution(options, resolution);
        }
        const bool acts = !resolution.commands.empty();
        if (resolution.verdict == site::Verdict::refuse ||
            resolution.verdict == site::Verdict::not_running || (acts && !how.yes)) {
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
    if (options.json) {
        print_json(document());
    }
    return exit;
}

} // namespace twinsite::cli
