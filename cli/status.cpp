#include "cli/commands.hpp"
#include "cli/json.hpp"
#include "cli/live.hpp"

#include <twinsite/base/deadline.hpp>
#include <twinsite/cluster/quorum.hpp>
#include <twinsite/site/check_live.hpp>
#include <twinsite/site/site_map.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <optional>

namespace twinsite::cli {

namespace {

Json map_json(const site::SiteMap& map, const std::vector<site::Finding>& findings) {
    Json nodes = Json::array();
    for (const auto& node : map.nodes) {
        nodes.push_back({{"name", node.node->name},
                         {"site", node.node->site},
                         {"state", node.state},
                         {"used_mib", node.used_mib},
                         {"usable_mib", node.node->usable_mib()}});
    }
    Json luns = Json::array();
    for (const auto& lun : map.luns) {
        Json copies = Json::array();
        for (const auto& copy : lun.copies) {
            copies.push_back({{"node", copy.node},
                              {"state", std::string(site::to_string(copy.state))},
                              {"running", copy.running}});
        }
        luns.push_back({{"name", lun.lun->name},
                        {"home", lun.lun->home},
                        {"place", std::string(site::to_string(lun.place))},
                        {"promoted_on", lun.promoted_on},
                        {"served_on", lun.served_on},
                        {"site", lun.site},
                        {"copies", std::move(copies)},
                        {"trouble", lun.trouble}});
    }
    Json vms = Json::array();
    for (const auto& vm : map.vms) {
        vms.push_back({{"name", vm.vm->name},
                       {"home", vm.vm->home},
                       {"place", std::string(site::to_string(vm.place))},
                       {"node", vm.node},
                       {"site", vm.site},
                       {"apart_from_lun", vm.apart},
                       {"trouble", vm.trouble}});
    }
    return {{"cluster", map.cluster}, {"quorate", map.quorate},       {"dc", map.dc},
            {"sites", map.sites},     {"nodes", std::move(nodes)},    {"luns", std::move(luns)},
            {"vms", std::move(vms)},  {"findings", to_json(findings)}};
}

} // namespace

namespace {

constexpr auto watch_interval = std::chrono::seconds(2);

struct Picture {
    site::ClusterState state;
    std::vector<site::Finding> findings;
    std::optional<cluster::Quorum> quorum; ///< nothing where corosync does not answer
};

Result<Picture> take_picture(const site::Topology& topology) {
    auto live = look_at_cluster();
    if (!live) {
        return fail(live.error());
    }
    Picture picture;
    picture.findings = site::check_cluster(topology, live->cib, live->state);
    picture.state = std::move(live->state);
    if (auto quorum = cluster::read_quorum()) {
        picture.quorum = *std::move(quorum);
        picture.state.quorate = picture.quorum->quorate;
        auto of_witness = check_witness(topology, *picture.quorum);
        picture.findings.insert(picture.findings.end(), of_witness.begin(), of_witness.end());
    }
    site::sort_findings(picture.findings);
    return picture;
}

std::string quorum_text(const site::Topology& topology, const cluster::Quorum& quorum) {
    std::string text =
        fmt::format("votes: {} of {}, {} needed{}{}\n", quorum.total_votes, quorum.expected_votes,
                    quorum.needed_votes, quorum.witness ? ", with the witness's" : "",
                    quorum.waits_for_all ? ", waits for all nodes at start" : "");
    for (const cluster::Link& link : quorum.links) {
        std::string name = std::to_string(link.node_id);
        for (const site::Node& node : topology.nodes) {
            name = node.id == link.node_id ? node.name : name;
        }
        if (!link.connected) {
            text += fmt::format("link {} to {} is DOWN\n", link.number, name);
        }
    }
    return text;
}

Json quorum_json(const cluster::Quorum& quorum) {
    Json links = Json::array();
    for (const cluster::Link& link : quorum.links) {
        links.push_back(
            {{"node_id", link.node_id}, {"link", link.number}, {"connected", link.connected}});
    }
    Json voters = Json::array();
    for (const cluster::Voter& voter : quorum.voters) {
        voters.push_back({{"node_id", voter.node_id},
                          {"qdevice", voter.client_runs},
                          {"witness_vote", voter.has_vote}});
    }
    return {{"quorate", quorum.quorate},
            {"votes", quorum.total_votes},
            {"expected_votes", quorum.expected_votes},
            {"needed_votes", quorum.needed_votes},
            {"witness", quorum.witness},
            {"links", std::move(links)},
            {"voters", std::move(voters)}};
}

Exit show(const Options& options, const StatusOptions& how, const site::Topology& topology) {
    const auto picture = take_picture(topology);
    if (!picture) {
        return report(options, picture.error(), Exit::cluster);
    }
    const site::SiteMap map = site::map_sites(topology, picture->state);
    if (options.json) {
        Json json = map_json(map, picture->findings);
        json["quorum"] = picture->quorum ? quorum_json(*picture->quorum) : Json();
        print_json(json);
    } else if (how.format == "html") {
        fmt::print("{}", site::to_html(map, picture->findings));
    } else if (how.format == "prometheus") {
        fmt::print("{}", site::to_prometheus(map, picture->findings));
    } else {
        fmt::print("{}{}\n", site::to_text(map, options.colour),
                   picture->quorum ? "\n" + quorum_text(topology, *picture->quorum) : "");
        print_findings(options, picture->findings);
    }
    const bool at_home =
        std::all_of(map.luns.begin(), map.luns.end(),
                    [](const auto& lun) { return lun.place == site::Place::home; }) &&
        std::all_of(map.vms.begin(), map.vms.end(),
                    [](const auto& vm) { return vm.place == site::Place::home; });
    return at_home ? Exit::fine : Exit::findings;
}

} // namespace

Exit run_status(const Options& options, const StatusOptions& how) {
    const auto loaded = load(options);
    if (!loaded.topology) {
        return loaded.exit;
    }
    if (!how.watch) {
        return show(options, how, *loaded.topology);
    }
    SystemClock clock;
    for (;;) { // until the user ends it
        fmt::print("\x1b[H\x1b[2J");
        static_cast<void>(show(options, how, *loaded.topology));
        static_cast<void>(std::fflush(stdout));
        clock.pause(watch_interval);
    }
}

} // namespace twinsite::cli
