#include <twinsite/site/check_live.hpp>
#include <twinsite/site/self_fencing.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace twinsite::site {

std::vector<Finding> check_witness_clients(const Topology& topology,
                                           const std::vector<WitnessClient>& clients) {
    std::vector<Finding> findings;
    if (topology.policy.isolation != Isolation::majority || topology.witness.empty()) {
        return findings;
    }
    for (const WitnessClient& client : clients) {
        const auto node = std::find_if(topology.nodes.begin(), topology.nodes.end(),
                                       [&](const Node& each) { return each.id == client.node_id; });
        if (client.has_vote || node == topology.nodes.end()) {
            continue;
        }
        findings.push_back(
            {"isolation-policy-incomplete", Severity::error, node->name,
             client.runs ? fmt::format("{} does not have the witness's vote: when the sites lose "
                                       "each other it ends itself, whichever side wins",
                                       node->name)
                         : fmt::format("corosync-qdevice does not run on {}: when the sites lose "
                                       "each other it ends itself, whichever side wins",
                                       node->name),
             client.runs
                 ? fmt::format("On {}: \"corosync-qdevice-tool -s\"; it has to reach the "
                               "witness {}.",
                               node->name, topology.witness)
                 : fmt::format("On {}: \"systemctl enable --now corosync-qdevice\".", node->name)});
    }
    return findings;
}

std::vector<Finding> check_sbd(const Topology& topology, const std::string& node,
                               std::optional<std::int64_t> seconds) {
    if (topology.policy.isolation != Isolation::majority || seconds == sbd_watchdog_timeout_s) {
        return {};
    }
    std::string problem;
    if (!seconds) {
        problem =
            fmt::format("sbd is not configured on {}: nothing ends it when its side loses", node);
    } else if (*seconds < sbd_watchdog_timeout_s) {
        problem =
            fmt::format("{} has SBD_WATCHDOG_TIMEOUT={}: sbd distrusts a quorum whose witness may "
                        "take {} s, and no longer looks at Corosync",
                        node, *seconds, witness_sync_timeout_ms / 1000);
    } else {
        problem =
            fmt::format("{} has SBD_WATCHDOG_TIMEOUT={}: it may live longer than the other side "
                        "waits before it takes over, and VMs could run on both",
                        node, *seconds);
    }
    return {{"isolation-policy-incomplete", Severity::error, node, std::move(problem),
             fmt::format("Set SBD_WATCHDOG_TIMEOUT={} in sbd's configuration (/etc/default/sbd or "
                         "/etc/sysconfig/sbd), and restart the cluster on {}.",
                         sbd_watchdog_timeout_s, node)}};
}

} // namespace twinsite::site
