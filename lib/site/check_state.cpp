#include "lib/site/returning.hpp"

#include <twinsite/base/text.hpp>
#include <twinsite/site/check_live.hpp>
#include <twinsite/site/names.hpp>
#include <twinsite/site/site_map.hpp>
#include <twinsite/site/split_marker.hpp>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <ctime>

namespace twinsite::site {

namespace {

void check_nodes(const Topology& topology, const ClusterState& state,
                 std::vector<Finding>& findings) {
    for (const Node& node : topology.nodes) {
        const NodeState* live = state.node(node.name);
        if (live == nullptr) {
            continue;
        }
        const auto site = live->attributes.find(std::string(site_attribute));
        if (site == live->attributes.end() || site->second != node.site) {
            findings.push_back(
                {"node-without-site-attribute", Severity::error, node.name,
                 site == live->attributes.end()
                     ? fmt::format("{} has no attribute \"site\": nodes without it count as one "
                                   "site",
                                   node.name)
                     : fmt::format("{} says site={}, the topology says {}", node.name, site->second,
                                   node.site),
                 "Run \"twinsite apply\"."});
        }
    }
    for (const NodeState& live : state.nodes) {
        if (topology.node(live.name) == nullptr &&
            !live.attributes.contains(std::string(site_attribute))) {
            findings.push_back({"node-without-site-attribute", Severity::warning, live.name,
                                fmt::format("{} is in the cluster, but not in the topology, and "
                                            "belongs to no site",
                                            live.name),
                                "Add the node to the topology."});
        }
    }
}

/// "Primary@1700000000,Secondary@1700000100": "Primary since 2023-11-14 22:13:20, Secondary ...".
std::string role_story(std::string_view changes) {
    std::vector<std::string> story;
    for (const std::string& change : split(changes, ",")) {
        const auto words = split(change, "@");
        const auto at = words.size() == 2 ? parse_integer(words[1], 0, UINT32_MAX)
                                          : fail(ErrorKind::protocol, "no time");
        if (at) {
            story.push_back(fmt::format("{} since {:%Y-%m-%d %H:%M:%S}", printable(words[0]),
                                        fmt::localtime(static_cast<std::time_t>(*at))));
        }
    }
    return join(story, ", ");
}

std::string split_story(const std::string& node, const std::string& marker) {
    const auto said = parse_split_marker(marker);
    if (!said) {
        return node + " does not say what it wrote";
    }
    std::vector<std::string> more;
    if (!said->ancestor.empty()) {
        more.push_back("last common generation " + said->ancestor);
    }
    if (const auto roles = role_story(said->roles); !roles.empty()) {
        more.push_back(roles);
    }
    return fmt::format("{} was {} and wrote {} KiB since{}", node, said->role, said->written_kib,
                       more.empty() ? "" : fmt::format(" ({})", join(more, "; ")));
}

void check_mirror(const LunEntry& lun, const ClusterState& state, std::vector<Finding>& findings) {
    const std::string name = lun.lun->name;
    std::vector<std::string> split_sides;
    for (const CopyEntry& copy : lun.copies) {
        const NodeState* node = state.node(copy.node);
        const auto marker = node == nullptr ? std::map<std::string, std::string>::const_iterator{}
                                            : node->attributes.find(split_marker_name(name));
        if (node != nullptr && marker != node->attributes.end() && marker->second != "0") {
            split_sides.push_back(split_story(copy.node, marker->second));
        }
    }
    if (!split_sides.empty()) {
        findings.push_back({"mirror-split-brain", Severity::error, mirror_id(name),
                            fmt::format("the copies of {} were both written and have diverged: {}",
                                        name, join(split_sides, "; ")),
                            fmt::format("Run \"twinsite resolve {}\": it shows which copy survives "
                                        "and what would be lost.",
                                        name)});
        return;
    }
    for (const CopyEntry& copy : lun.copies) {
        const bool good = copy.state == CopyState::good && copy.running;
        if (good) {
            continue;
        }
        findings.push_back(
            {"mirror-degraded", Severity::warning, mirror_id(name),
             fmt::format("the copy of {} on {}: {}{}", name, copy.node, to_string(copy.state),
                         copy.running ? "" : "; the mirror does not run there"),
             fmt::format("Look at \"drbdadm status {}\" on {}; the site that holds the other copy "
                         "must not be lost now.",
                         name, copy.node)});
        break;
    }
}

} // namespace

std::vector<Finding> check_state(const Topology& topology, const ClusterState& state) {
    std::vector<Finding> findings;
    check_nodes(topology, state, findings);
    const SiteMap map = map_sites(topology, state);
    for (const LunEntry& lun : map.luns) {
        if (lun.place != Place::home) {
            findings.push_back(
                {"lun-away-from-home", Severity::warning, lun_group_id(lun.lun->name),
                 lun.promoted_on.empty()
                     ? fmt::format("{} is promoted nowhere; its home is {}", lun.lun->name,
                                   lun.lun->home)
                     : fmt::format("{} is promoted on {} ({}); its home is {}", lun.lun->name,
                                   lun.promoted_on,
                                   lun.place == Place::unknown ? "unclean" : lun.site,
                                   lun.lun->home),
                 how_it_returns(topology, lun)});
        }
        check_mirror(lun, state, findings);
    }
    for (const VmEntry& vm : map.vms) {
        if (vm.place != Place::home) {
            findings.push_back({"vm-away-from-home", Severity::warning, vm_id(vm.vm->name),
                                vm.node.empty() ? fmt::format("{} does not run; its home is {}",
                                                              vm.vm->name, vm.vm->home)
                                                : fmt::format("{} runs on {}; its home is {}",
                                                              vm.vm->name, vm.node, vm.vm->home),
                                how_it_returns(topology, map, vm)});
        }
        if (vm.apart) {
            findings.push_back({"vm-and-lun-apart", Severity::warning, vm_id(vm.vm->name),
                                fmt::format("{} runs in {}, its LUN is in the other site: if the "
                                            "sites lose each other now, it stands still",
                                            vm.vm->name, vm.site),
                                "See why the host of that site does not take it: room, failures, "
                                "standby."});
        }
    }
    return findings;
}

std::vector<Finding> check_mirror_options(const Topology& topology, const MirrorFencing& fencing) {
    std::vector<Finding> findings;
    for (const Lun& lun : topology.luns) {
        const std::string wanted =
            lun.converged() || topology.policy.isolation == Isolation::majority
                ? "resource-and-stonith"
                : "resource-only";
        const auto live = fencing.find(lun.name);
        if (live != fencing.end() && live->second != wanted) {
            findings.push_back(
                {"drbd-policy-mismatch", Severity::error, mirror_id(lun.name),
                 fmt::format("DRBD runs {} with fencing {}, {} needs {}", lun.name, live->second,
                             lun.converged() ? std::string("a converged LUN")
                                             : fmt::format("the isolation policy {}",
                                                           to_string(topology.policy.isolation)),
                             wanted),
                 fmt::format("Write /etc/drbd.d/{}.res with \"twinsite render --format drbd\" and "
                             "run \"drbdadm adjust {}\" on both nodes.",
                             lun.name, lun.name)});
        }
    }
    return findings;
}

} // namespace twinsite::site
