#include "cli/commands.hpp"
#include "cli/json.hpp"

#include <twinsite/base/deadline.hpp>
#include <twinsite/base/text.hpp>
#include <twinsite/cluster/configuration.hpp>
#include <twinsite/cluster/simulation.hpp>
#include <twinsite/process/command.hpp>
#include <twinsite/site/capacity.hpp>
#include <twinsite/site/self_fencing.hpp>
#include <twinsite/site/what_if.hpp>

#include <fmt/format.h>

namespace twinsite::cli {

namespace {

Json outcome_json(const site::Outcome& outcome) {
    Json luns = Json::array();
    for (const auto& lun : outcome.luns) {
        luns.push_back({{"lun", lun.lun},
                        {"fate", std::string(site::to_string(lun.fate))},
                        {"promoted_on", lun.promoted_on},
                        {"stands_on", lun.stands_on},
                        {"divergence", lun.divergence},
                        {"reason", lun.reason}});
    }
    Json vms = Json::array();
    for (const auto& vm : outcome.vms) {
        vms.push_back({{"vm", vm.vm},
                       {"fate", std::string(site::to_string(vm.fate))},
                       {"from", vm.from},
                       {"to", vm.to},
                       {"reason", vm.reason}});
    }
    return {{"needs_go_live", outcome.needs_go_live},
            {"luns", std::move(luns)},
            {"vms", std::move(vms)},
            {"remarks", outcome.remarks}};
}

void print_outcome(const site::Outcome& outcome) {
    for (const auto& lun : outcome.luns) {
        const auto& nodes = lun.promoted_on.empty() ? lun.stands_on : lun.promoted_on;
        fmt::print("  LUN {:<12} {:<9} {:<20} {}{}\n", lun.lun, site::to_string(lun.fate),
                   nodes.empty() ? "nowhere" : join(nodes, " and "), lun.divergence,
                   lun.reason.empty() ? "" : fmt::format("  ({})", lun.reason));
    }
    for (const auto& vm : outcome.vms) {
        const std::string where = vm.to.empty() && vm.from.empty() ? "ran nowhere"
                                  : vm.to.empty()    ? fmt::format("was on {}", vm.from)
                                  : vm.from == vm.to ? vm.to
                                                     : fmt::format("{} -> {}", vm.from, vm.to);
        fmt::print("  VM  {:<12} {:<9} {}{}\n", vm.vm, site::to_string(vm.fate), where,
                   vm.reason.empty() ? "" : fmt::format("  ({})", vm.reason));
    }
    for (const std::string& remark : outcome.remarks) {
        fmt::print("  {}\n", remark);
    }
}

/// "memory_mib=2048,home=rz1[,name=N,lun=L]" as one more VM.
Status add_vm(site::Topology& topology, const std::string& text) {
    site::Vm vm;
    vm.name = "new";
    for (const std::string& pair : split(text, ",")) {
        const auto equals = pair.find('=');
        const std::string key = pair.substr(0, equals);
        const std::string value = equals == std::string::npos ? "" : pair.substr(equals + 1);
        if (key == "memory_mib") {
            const auto mib = parse_integer(value, 1, 1LL << 40);
            if (!mib) {
                return fail(mib.error());
            }
            vm.memory_mib = *mib;
        } else if (key == "home") {
            vm.home = value;
        } else if (key == "name") {
            vm.name = value;
        } else if (key == "lun") {
            vm.luns.push_back(value);
        } else {
            return fail(ErrorKind::invalid_config,
                        fmt::format("--add-vm takes memory_mib, home, name and lun, not \"{}\"",
                                    printable(key)));
        }
    }
    const auto& sites = topology.sites;
    if (std::find(sites.begin(), sites.end(), vm.home) == sites.end()) {
        return fail(ErrorKind::invalid_config,
                    fmt::format("--add-vm needs home=SITE, one of: {}", join(sites, ", ")));
    }
    if (vm.luns.empty()) {
        for (const site::Lun& lun : topology.luns) {
            if (lun.home == vm.home && vm.luns.empty()) {
                vm.luns.push_back(lun.name);
            }
        }
    }
    topology.vms.push_back(std::move(vm));
    return {};
}

constexpr const char* go_live_hint =
    "Nothing more is taken over without an operator's \"twinsite go-live\".\n";

/// FAILURE for Pacemaker, as one of the living nodes sees it.
cluster::Event event_of(const site::Topology& topology, const site::Failure& failure) {
    cluster::Event event;
    std::string_view observer;
    for (const site::Node& node : topology.nodes) {
        if (failure.nodes.contains(node.name) || failure.sites.contains(node.site) ||
            failure.storage.contains(node.name)) {
            event.failed_nodes.push_back(node.name);
        } else if (failure.link && node.site != topology.sites.front()) {
            event.lost_nodes.push_back(node.name);
        } else if (observer.empty()) {
            observer = node.name;
        }
    }
    event.quorum_lost = !observer.empty() && !site::has_quorum(topology, failure, observer);
    return event;
}

Exit simulate_live(const Options& options, const site::Topology& topology,
                   const site::Failure& failure) {
    auto live = cluster::open_configuration();
    if (!live) {
        return report(options, live.error(), Exit::cluster);
    }
    auto cib = (*live)->read();
    if (!cib) {
        return report(options, cib.error(), Exit::cluster);
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
    if (options.json) {
        print_json({{"movements", to_json(*movements)},
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
        if (event.quorum_lost) {
            fmt::print("These nodes have no quorum then.\n");
        }
        if (needs_go_live) {
            fmt::print(go_live_hint);
        }
    }
    return Exit::fine;
}

bool all_run(const site::Outcome& outcome) {
    return std::all_of(outcome.vms.begin(), outcome.vms.end(), [](const auto& vm) {
        return vm.fate != site::VmFate::stops && vm.fate != site::VmFate::waits;
    });
}

} // namespace

Exit run_whatif(const Options& options, const WhatIfOptions& whatif) {
    auto loaded = load(options);
    if (!loaded.topology) {
        return loaded.exit;
    }
    site::Topology& topology = *loaded.topology;
    for (const std::string& vm : whatif.add_vms) {
        if (const auto added = add_vm(topology, vm); !added) {
            return report(options, added.error(), Exit::usage);
        }
    }
    auto failure = site::parse_failure(topology, whatif.fail);
    if (!failure) {
        return report(options, failure.error(), Exit::usage);
    }
    if (whatif.live) {
        return simulate_live(options, topology, *failure);
    }
    const auto outcome = site::what_if(topology, *failure);
    std::optional<site::Outcome> confirmed;
    if (outcome.needs_go_live && !failure->sites.empty()) {
        failure->confirmed_dead = failure->sites;
        confirmed = site::what_if(topology, *failure);
    }
    std::vector<site::Finding> capacity;
    if (!whatif.add_vms.empty()) {
        capacity = site::check_capacity(topology);
    }
    // Nothing to say with keep-home: there nobody ends himself.
    const std::int64_t ended_after = site::self_fencing(topology).watchdog_timeout_seconds();
    const bool ends_itself = failure->link && ended_after > 0;
    if (options.json) {
        Json json = outcome_json(outcome);
        if (ends_itself) {
            json["ended_itself_after_seconds"] = ended_after;
        }
        json["written_on_both_sides"] = site::written_on_both_sides(topology, outcome);
        if (confirmed) {
            json["after_go_live"] = outcome_json(*confirmed);
        }
        if (!whatif.add_vms.empty()) {
            json["findings"] = to_json(capacity);
        }
        print_json(json);
    } else {
        print_outcome(outcome);
        if (ends_itself) {
            fmt::print("The side without the quorum has ended itself {} s after the cut at the "
                       "latest.\n",
                       ended_after);
        }
        if (outcome.needs_go_live) {
            fmt::print(go_live_hint);
        }
        if (confirmed) {
            fmt::print("After \"twinsite go-live\" of the surviving site:\n");
            print_outcome(*confirmed);
        }
        print_findings(options, capacity);
    }
    const bool good = all_run(confirmed ? *confirmed : outcome) && capacity.empty();
    return good ? Exit::fine : Exit::findings;
}

} // namespace twinsite::cli
