#include "cli/commands.hpp"
#include "cli/json.hpp"
#include "cli/live.hpp"

#include <twinsite/base/deadline.hpp>
#include <twinsite/cluster/quorum.hpp>
#include <twinsite/site/check_live.hpp>
#include <twinsite/site/check_quorum.hpp>
#include <twinsite/site/site_map.hpp>

#include <fmt/format.h>
#include <unistd.h>

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
        if (lun.behind_kib) {
            luns.back()["behind_kib"] = *lun.behind_kib;
        }
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
    std::optional<site::Quorum> quorum; ///< nothing where corosync does not answer
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
        auto of_quorum = site::check_quorum(topology, *picture.quorum);
        picture.findings.insert(picture.findings.end(), of_quorum.begin(), of_quorum.end());
    }
    site::sort_findings(picture.findings);
    return picture;
}

Json quorum_json(const site::Quorum& quorum) {
    Json links = Json::array();
    for (const site::Link& link : quorum.links) {
        links.push_back(
            {{"node_id", link.node_id}, {"link", link.number}, {"connected", link.connected}});
    }
    Json voters = Json::array();
    for (const site::Voter& voter : quorum.voters) {
        voters.push_back({{"node_id", voter.node_id},
                          {"qdevice", voter.client_runs},
                          {"witness_vote", voter.has_vote}});
    }
    return {{"quorate", quorum.quorate},
            {"votes", quorum.total_votes},
            {"expected_votes", quorum.expected_votes},
            {"needed_votes", quorum.needed_votes},
            {"witness", quorum.witness},
            {"two_node", quorum.two_node},
            {"links", std::move(links)},
            {"voters", std::move(voters)}};
}

Exit show(const Options& options, const StatusOptions& how, const site::Topology& topology) {
    const auto picture = take_picture(topology);
    if (!picture) {
        return report(options, picture.error(), Exit::cluster);
    }
    site::SiteMap map = site::map_sites(topology, picture->state);
    map.quorum = picture->quorum;
    if (options.json) {
        Json json = map_json(map, picture->findings);
        json["quorum"] = map.quorum ? quorum_json(*map.quorum) : Json();
        print_json(json, options.one_line);
    } else if (how.format == "html") {
        fmt::print("{}", site::to_html(map, picture->findings));
    } else if (how.format == "prometheus") {
        fmt::print("{}", site::to_prometheus(map, picture->findings));
    } else {
        fmt::print("{}\n", site::to_text(map, options.colour));
        print_findings(options, picture->findings);
    }
    const bool at_home =
        std::all_of(map.luns.begin(), map.luns.end(),
                    [](const auto& lun) { return lun.place == site::Place::home; }) &&
        std::all_of(map.vms.begin(), map.vms.end(),
                    [](const auto& vm) { return vm.place == site::Place::home; });
    return at_home ? exit_for(picture->findings) : Exit::findings;
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
    Options each = options;
    each.one_line = true;
    const bool clears = !options.json && ::isatty(STDOUT_FILENO) == 1;
    SystemClock clock;
    for (;;) { // until the user ends it, or nobody reads it any more
        fmt::print("{}", clears ? "\x1b[H\x1b[2J" : "");
        const Exit shown = show(each, how, *loaded.topology);
        if (std::fflush(stdout) != 0) {
            return shown; // main() says what is wrong with the output
        }
        clock.pause(watch_interval);
    }
}

} // namespace twinsite::cli
