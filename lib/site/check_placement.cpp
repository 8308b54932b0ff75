#include <twinsite/base/text.hpp>
#include <twinsite/site/capacity.hpp>
#include <twinsite/site/check.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <unordered_map>

namespace twinsite::site {

namespace {

void check_power(const Topology& topology, std::vector<Finding>& findings) {
    for (const Node& node : topology.nodes) {
        const std::string path = fmt::format("/nodes/{}/power", node.name);
        if (node.power.empty()) {
            findings.push_back(
                {"node-without-power", Severity::error, path,
                 fmt::format(
                     "{} has no power outlet, so it cannot be fenced: when it dies, nothing "
                     "it ran is taken over",
                     node.name),
                 "Add the outlets that feed it."});
            continue;
        }
        const bool any_here =
            std::any_of(node.power.begin(), node.power.end(), [&](const Outlet& outlet) {
                const Pdu* pdu = topology.pdu(outlet.pdu);
                return pdu != nullptr && pdu->site == node.site;
            });
        if (!any_here) {
            findings.push_back(
                {"node-power-shared-only-with-other-site", Severity::error, path,
                 fmt::format("{} stands in {}, but is fed only by PDUs of the other site",
                             node.name, node.site),
                 fmt::format("Correct the outlets, or the \"site\" of the node or PDU; a node must "
                             "be fenceable from inside {}.",
                             node.site)});
        }
    }
}

void check_mirrors(const Topology& topology, std::vector<Finding>& findings) {
    for (const Lun& lun : topology.luns) {
        const std::string path = fmt::format("/luns/{}/mirror/nodes", lun.name);
        std::set<std::string_view> sites;
        for (const Replica& replica : lun.mirror.replicas) {
            if (const Node* node = topology.node(replica.node)) {
                sites.insert(node->site);
            }
        }
        if (sites.size() < 2) {
            findings.push_back({"mirror-not-across-sites", Severity::error, path,
                                fmt::format("both copies of {} are in {}: the loss of that site "
                                            "loses the data",
                                            lun.name, sites.empty() ? "?" : *sites.begin()),
                                "Name one storage node of each site."});
        }
        if (!sites.contains(lun.home)) {
            findings.push_back(
                {"mirror-home-has-no-replica", Severity::error, path,
                 fmt::format("{} is at home in {}, where no copy of it is", lun.name, lun.home),
                 fmt::format("Put a copy on a storage node of {}, or change the home.", lun.home)});
        }
        if (lun.converged() && lun.mirror.protocol != "C") {
            findings.push_back(
                {"schema-invalid", Severity::error,
                 fmt::format("/luns/{}/mirror/protocol", lun.name),
                 fmt::format("{} has no target, so both copies are promoted, and DRBD refuses that "
                             "with protocol {}",
                             lun.name, lun.mirror.protocol),
                 "Use protocol \"C\", or give the LUN a target and an address."});
        }
    }
}

void check_purity(const Topology& topology, std::vector<Finding>& findings) {
    std::unordered_map<std::string_view, const Lun*> luns;
    for (const Lun& lun : topology.luns) {
        luns.emplace(lun.name, &lun);
    }
    std::map<std::string_view, std::map<std::string_view, std::vector<std::string>>> users;
    for (const Vm& vm : topology.vms) {
        std::set<std::string_view> homes;
        for (const std::string& name : vm.luns) {
            const auto found = luns.find(name);
            if (found == luns.end()) {
                continue;
            }
            homes.insert(found->second->home);
            users[name][vm.home].push_back(vm.name);
        }
        const std::string path = fmt::format("/vms/{}", vm.name);
        if (homes.size() > 1) {
            findings.push_back({"vm-luns-of-several-sites", Severity::error, path + "/luns",
                                fmt::format("the LUNs of {} are at home in different sites: "
                                            "wherever it runs, one of them is written from the "
                                            "wrong side",
                                            vm.name),
                                "Give the VM LUNs of one site only."});
        } else if (homes.size() == 1 && *homes.begin() != vm.home) {
            findings.push_back({"vm-lun-site-mismatch", Severity::error, path + "/home",
                                fmt::format("{} is at home in {}, its LUN {} in {}", vm.name,
                                            vm.home, vm.luns.front(), *homes.begin()),
                                "Give both the same home."});
        }
    }
    for (const auto& [lun, by_home] : users) {
        if (by_home.size() < 2) {
            continue;
        }
        std::vector<std::string> parts;
        for (const auto& [home, vms] : by_home) {
            parts.push_back(fmt::format("{} of {}", join(vms, ", "), home));
        }
        findings.push_back({"lun-not-site-pure", Severity::error, fmt::format("/luns/{}", lun),
                            fmt::format("{} carries VMs of both sites ({}): when the sites lose "
                                        "each other, one side's data are lost whichever copy wins",
                                        lun, join(parts, "; ")),
                            "Move the VMs of one site to a LUN of their own."});
    }
}

/// keep-home without a third vote. A LUN behind iSCSI goes on alone then; a converged one must not.
void check_converged(const Topology& topology, std::vector<Finding>& findings) {
    for (const Lun& lun : topology.luns) {
        if (lun.converged()) {
            findings.push_back(
                {"isolation-policy-incomplete", Severity::warning,
                 fmt::format("/luns/{}", lun.name),
                 fmt::format(
                     "{} is promoted on both sides: keep-home does not hold for it. When the "
                     "sites lose each other its I/O stands on each side without the "
                     "quorum, and without a third vote that may be both",
                     lun.name),
                 "Add a \"witness\", or give the LUN a target and an address."});
        }
    }
}

void check_policy(const Topology& topology, std::vector<Finding>& findings) {
    if (topology.policy.isolation == Isolation::keep_home) {
        if (topology.witness.empty()) {
            findings.push_back({"no-third-vote", Severity::notice, "/witness",
                                "without a third vote the loss of a whole site needs an operator's "
                                "\"twinsite go-live SITE\"",
                                "Accept that, or choose the isolation policy majority, with a "
                                "witness and watchdogs."});
            check_converged(topology, findings);
        }
        return;
    }
    if (topology.witness.empty()) {
        findings.push_back({"isolation-policy-incomplete", Severity::error, "/witness",
                            "isolation \"majority\" needs a witness: without it neither side "
                            "gets the quorum",
                            "Add \"witness\": {\"address\": ...} at a third place, or use "
                            "\"keep-home\"."});
    }
    for (const Node& node : topology.nodes) {
        if (node.watchdog.empty()) {
            findings.push_back(
                {"isolation-policy-incomplete", Severity::error,
                 fmt::format("/nodes/{}", node.name),
                 fmt::format("isolation \"majority\" needs a watchdog: {} would not end itself "
                             "when its site loses the quorum",
                             node.name),
                 "Add \"watchdog\": \"/dev/watchdog\", or use \"keep-home\"."});
        }
    }
    for (const Lun& lun : topology.luns) {
        if (lun.mirror.protocol != "C" && !lun.converged()) {
            findings.push_back({"isolation-policy-incomplete", Severity::error,
                                fmt::format("/luns/{}/mirror/protocol", lun.name),
                                fmt::format("isolation \"majority\" needs protocol C: with {} an "
                                            "acknowledged write may be missing on the survivor",
                                            lun.mirror.protocol),
                                "Use protocol \"C\"."});
        }
    }
}

} // namespace

std::vector<Finding> check_placement(const Topology& topology) {
    std::vector<Finding> findings;
    check_power(topology, findings);
    check_mirrors(topology, findings);
    check_purity(topology, findings);
    check_policy(topology, findings);
    return findings;
}

std::vector<Finding> check(const Topology& topology) {
    std::vector<Finding> findings = check_identities(topology);
    for (auto part : {check_placement(topology), check_capacity(topology)}) {
        findings.insert(findings.end(), part.begin(), part.end());
    }
    sort_findings(findings);
    return findings;
}

} // namespace twinsite::site
