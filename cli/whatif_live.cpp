#include "cli/whatif_live.hpp"

#include "cli/json.hpp"

#include <twinsite/base/deadline.hpp>
#include <twinsite/base/text.hpp>
#include <twinsite/cluster/configuration.hpp>
#include <twinsite/cluster/simulation.hpp>
#include <twinsite/cluster/state.hpp>
#include <twinsite/process/command.hpp>
#include <twinsite/site/aftermath.hpp>
#include <twinsite/site/names.hpp>

#include <fmt/format.h>

namespace twinsite::cli {

namespace {

/// FAILURE for Pacemaker, as one of the living nodes sees it.
cluster::Event event_of(const site::Topology& topology, const site::Failure& failure) {
    cluster::Event event;
    std::string_view observer;
    for (const site::Node& node : topology.nodes) {
        if (failure.nodes.contains(node.name) || failure.sites.contains(node.site)) {
            event.failed_nodes.push_back(node.name);
        } else if (failure.link && node.site != topology.sites.front()) {
            event.lost_nodes.push_back(node.name);
        } else if (observer.empty()) {
            observer = node.name;
        }
    }
    for (const site::Lun& lun : topology.luns) {
        for (const site::Replica& replica : lun.mirror.replicas) {
            if (failure.storage.contains(replica.node)) {
                event.failed_mirrors.push_back({replica.node, site::mirror_id(lun.name)});
            }
        }
    }
    event.quorum_lost = !observer.empty() && !site::has_quorum(topology, failure, observer);
    return event;
}

/// Those out of sight are dead where they end themselves.
std::vector<std::string> dead_nodes(const site::Topology& topology, const cluster::Event& event) {
    std::vector<std::string> dead = event.failed_nodes;
    if (topology.policy.isolation == site::Isolation::majority) {
        dead.insert(dead.end(), event.lost_nodes.begin(), event.lost_nodes.end());
    }
    return dead;
}

} // namespace

Exit whatif_live(const Options& options, const site::Topology& topology,
                 const site::Failure& failure) {
    auto live = cluster::open_configuration();
    if (!live) {
        return report(options, live.error(), Exit::cluster);
    }
    auto cib = (*live)->read();
    if (!cib) {
        return report(options, cib.error(), Exit::cluster);
    }
    const auto before = cluster::interpret(*cib);
    if (!before) {
        return report(options, before.error(), Exit::cluster);
    }
    const cluster::Event event = event_of(topology, failure);
    const bool needs_go_live = site::what_if(topology, failure).needs_go_live;
    process::SystemCommandRunner runner;
    const SystemClock clock;
    const auto movements = cluster::simulate(runner, *std::move(cib), event,
                                             Deadline::after(clock, std::chrono::seconds(120)));
    if (!movements) {
        return report(options, movements.error(), Exit::cluster);
    }
    const auto dead = dead_nodes(topology, event);
    const auto down = site::vms_down(topology, *before, *movements, dead);
    const auto waiting = site::vms_waiting(topology, *before, *movements, dead);
    if (options.json) {
        print_json({{"movements", to_json(*movements)},
                    {"vms_down", down},
                    {"vms_waiting", waiting},
                    {"quorum_lost", event.quorum_lost},
                    {"needs_go_live", needs_go_live}});
    } else {
        fmt::print("Pacemaker, from the cluster's present state{}, would:\n",
                   failure.link ? fmt::format(" and seen from {}", topology.sites.front()) : "");
        for (const auto& movement : *movements) {
            fmt::print("  {}\n", site::to_text(movement));
        }
        if (movements->empty()) {
            fmt::print("  do nothing\n");
        }
        if (!down.empty()) {
            fmt::print("These VMs would run nowhere: {}\n", join(down, ", "));
        }
        if (!waiting.empty()) {
            fmt::print("These VMs would run, and wait for a LUN that nobody serves: {}\n",
                       join(waiting, ", "));
        }
        if (event.quorum_lost) {
            fmt::print("These nodes have no quorum then.\n");
        }
        if (needs_go_live) {
            fmt::print(go_live_hint);
        }
    }
    return down.empty() && waiting.empty() ? Exit::fine : Exit::findings;
}

} // namespace twinsite::cli
