#include "cli/commands.hpp"
#include "cli/here.hpp"
#include "cli/json.hpp"
#include "cli/live.hpp"
#include "cli/mirror_options.hpp"
#include "cli/sbd_options.hpp"

#include <twinsite/base/file.hpp>
#include <twinsite/cluster/configuration.hpp>
#include <twinsite/cluster/quorum.hpp>
#include <twinsite/cluster/state.hpp>
#include <twinsite/config/topology_file.hpp>
#include <twinsite/site/capacity.hpp>
#include <twinsite/site/check.hpp>
#include <twinsite/site/check_domain.hpp>
#include <twinsite/site/check_live.hpp>
#include <twinsite/site/check_quorum.hpp>

#include <fmt/format.h>

#include <filesystem>

namespace twinsite::cli {

namespace {

using Findings = std::vector<site::Finding>;

void append(Findings& all, Findings more) {
    all.insert(all.end(), std::make_move_iterator(more.begin()),
               std::make_move_iterator(more.end()));
}

/// What only a node can answer and was not asked here; a sentence for each.
std::vector<std::string> not_compared(const site::Topology& topology, const CheckOptions& check) {
    const std::string name = own_name();
    std::vector<std::string> sentences;
    if (topology.node(name) != nullptr) {
        return sentences;
    }
    const std::string why =
        fmt::format("this host is called \"{}\", which is no node of the topology", name);
    if (check.vm_config_dir.empty() && !topology.vms.empty()) {
        sentences.push_back(fmt::format("domain XMLs not compared: {}; name a directory of copies "
                                        "with --vm-config-dir",
                                        why));
    }
    if (check.live) {
        sentences.push_back(
            fmt::format("options of DRBD and sbd not compared: {}; run this on the nodes", why));
    }
    return sentences;
}

/// The domain XMLs: on a node where the topology says, elsewhere in a directory of copies.
Findings check_domains(const site::Topology& topology, const CheckOptions& check) {
    Findings findings;
    if (check.vm_config_dir.empty() && topology.node(own_name()) == nullptr) {
        return findings; // not_compared() says so
    }
    for (const site::Vm& vm : topology.vms) {
        const std::filesystem::path file =
            check.vm_config_dir.empty()
                ? std::filesystem::path(vm.config)
                : std::filesystem::path(check.vm_config_dir) / (vm.name + ".xml");
        const auto text = read_file(file);
        const auto domain = text ? cluster::parse_xml(*text) : fail(text.error());
        if (!domain || domain->name != "domain") {
            findings.push_back(
                {"vm-config-missing", site::Severity::error, file.string(),
                 fmt::format("the domain XML of {} cannot be read{}", vm.name,
                             domain ? ": it is no <domain>" : ": " + domain.error().message),
                 "Put it there on every compute node."});
            continue;
        }
        append(findings, site::check_domain(topology, vm, *domain));
    }
    return findings;
}

Result<Findings> check_cluster(const site::Topology& topology) {
    const auto live = look_at_cluster();
    if (!live) {
        return fail(live.error());
    }
    auto findings = site::check_cluster(topology, live->cib, live->state);
    append(findings, check_mirrors_here(topology, own_name()));
    append(findings, check_sbd_here(topology, own_name()));
    // From a machine without Corosync there is nothing to be said of it.
    if (const auto quorum = cluster::read_quorum()) {
        append(findings, site::check_quorum(topology, *quorum));
    }
    return findings;
}

Json capacity_json(const site::CapacityReport& report) {
    Json losses = Json::array();
    for (const auto& loss : report.losses) {
        losses.push_back({{"kind", loss.is_site ? "site" : "host"},
                          {"name", loss.name},
                          {"verdict", std::string(site::to_string(loss.verdict))},
                          {"proven", loss.packing != site::Packing::no_plan_found},
                          {"displaced_mib", loss.displaced_mib},
                          {"free_mib", loss.free_mib},
                          {"reason", loss.reason}});
    }
    Json headroom = Json::object();
    for (const auto& site : report.headroom) {
        headroom[site.site] = site.largest_vm_mib;
    }
    return {{"known", report.known},
            {"losses", std::move(losses)},
            {"largest_vm_that_may_be_added_mib", std::move(headroom)}};
}

void print_capacity(const site::CapacityReport& report) {
    if (!report.known) {
        fmt::print("capacity: not checked, \"memory_mib\" is not stated for every compute node\n");
        return;
    }
    for (const auto& loss : report.losses) {
        fmt::print("capacity: loss of {} {}: {} ({} MiB displaced, {} MiB free){}{}\n",
                   loss.is_site ? "site" : "host", loss.name, site::to_string(loss.verdict),
                   loss.displaced_mib, loss.free_mib, loss.reason.empty() ? "" : ": ", loss.reason);
    }
    for (const auto& site : report.headroom) {
        fmt::print("capacity: {} can take one more VM of up to {} MiB\n", site.site,
                   site.largest_vm_mib);
    }
}

} // namespace

Exit run_check(const Options& options, const CheckOptions& check) {
    auto loaded = config::load_topology(options.topology);
    if (!loaded) {
        return report(options, loaded.error(), Exit::usage);
    }
    if (!loaded->topology) {
        print_findings(options, loaded->findings);
        return Exit::findings;
    }
    const site::Topology& topology = *loaded->topology;
    Findings findings = site::check(topology);
    append(findings, check_domains(topology, check));
    if (check.live) {
        auto live = check_cluster(topology);
        if (!live) {
            return report(options, live.error(), Exit::cluster);
        }
        append(findings, *std::move(live));
    }
    site::sort_findings(findings);
    const auto capacity = site::capacity(topology);
    const auto left_out = not_compared(topology, check);
    if (options.json) {
        print_json({{"findings", to_json(findings)},
                    {"capacity", capacity_json(capacity)},
                    {"not_compared", left_out}});
    } else {
        print_findings(options, findings);
        print_capacity(capacity);
        for (const std::string& sentence : left_out) {
            fmt::print("{}\n", sentence);
        }
        if (findings.empty()) {
            fmt::print("{}: nothing {}to complain about\n", options.topology,
                       left_out.empty() ? "" : "else ");
        }
    }
    return exit_for(findings);
}

} // namespace twinsite::cli
