#include "cli/added_vm.hpp"
#include "cli/commands.hpp"
#include "cli/json.hpp"
#include "cli/whatif_live.hpp"

#include <twinsite/base/table.hpp>
#include <twinsite/base/text.hpp>
#include <twinsite/site/capacity.hpp>
#include <twinsite/site/self_fencing.hpp>
#include <twinsite/site/what_if.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <vector>

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

Tone tone_of(site::LunFate fate) {
    switch (fate) {
    case site::LunFate::stays:
        return Tone::good;
    case site::LunFate::moves:
        return Tone::warning;
    case site::LunFate::down:
    case site::LunFate::stands:
        return Tone::bad;
    }
    return Tone::plain;
}

Tone tone_of(site::VmFate fate) {
    switch (fate) {
    case site::VmFate::stays:
        return Tone::good;
    case site::VmFate::migrates:
    case site::VmFate::restarts:
        return Tone::warning;
    case site::VmFate::waits:
    case site::VmFate::stops:
        return Tone::bad;
    }
    return Tone::plain;
}

std::string where_it_runs(const site::VmOutcome& vm) {
    if (vm.to.empty()) {
        return vm.from.empty() ? "ran nowhere" : fmt::format("was on {}", vm.from);
    }
    return vm.from == vm.to ? vm.to : fmt::format("{} -> {}", vm.from, vm.to);
}

void print_outcome(const Options& options, const site::Outcome& outcome) {
    const auto bracketed = [](const std::string& reason) {
        return reason.empty() ? std::string() : fmt::format("({})", reason);
    };
    std::vector<Row> rows;
    for (const auto& lun : outcome.luns) {
        const auto& nodes = lun.promoted_on.empty() ? lun.stands_on : lun.promoted_on;
        rows.push_back({{"  LUN"},
                        {lun.lun},
                        {std::string(site::to_string(lun.fate)), tone_of(lun.fate)},
                        {nodes.empty() ? "nowhere" : join(nodes, " and ")},
                        {lun.divergence, lun.divergence == "conflict" ? Tone::bad : Tone::plain},
                        {bracketed(lun.reason)}});
    }
    for (const auto& vm : outcome.vms) {
        rows.push_back({{"  VM"},
                        {vm.vm},
                        {std::string(site::to_string(vm.fate)), tone_of(vm.fate)},
                        {where_it_runs(vm)},
                        {bracketed(vm.reason)}});
    }
    for (const std::string& line : table_lines(rows, options.colour)) {
        fmt::print("{}\n", line);
    }
    for (const std::string& remark : outcome.remarks) {
        fmt::print("  {}\n", remark);
    }
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
    if (whatif.live && !whatif.add_vms.empty()) {
        return report(
            options,
            {ErrorKind::invalid_config,
             "--add-vm cannot be used with --live: the cluster does not have that VM; try "
             "it on the file, without --live"},
            Exit::usage);
    }
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
        return whatif_live(options, topology, *failure);
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
        print_outcome(options, outcome);
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
            print_outcome(options, *confirmed);
        }
        print_findings(options, capacity);
    }
    const bool good = all_run(confirmed ? *confirmed : outcome) && capacity.empty();
    return good ? Exit::fine : Exit::findings;
}

} // namespace twinsite::cli
