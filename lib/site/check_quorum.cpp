#include <twinsite/site/check_quorum.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace twinsite::site {

std::vector<Finding> check_witness_clients(const Topology& topology,
                                           const std::vector<Voter>& voters) {
    std::vector<Finding> findings;
    if (topology.policy.isolation != Isolation::majority || topology.witness.empty()) {
        return findings;
    }
    for (const Voter& client : voters) {
        const auto node = std::find_if(topology.nodes.begin(), topology.nodes.end(),
                                       [&](const Node& each) { return each.id == client.node_id; });
        if (client.has_vote || node == topology.nodes.end()) {
            continue;
        }
        findings.push_back(
            {"isolation-policy-incomplete", Severity::error, node->name,
             client.client_runs
                 ? fmt::format("{} does not have the witness's vote: when the sites lose "
                               "each other it ends itself, whichever side wins",
                               node->name)
                 : fmt::format("corosync-qdevice does not run on {}: when the sites lose "
                               "each other it ends itself, whichever side wins",
                               node->name),
             client.client_runs
                 ? fmt::format("On {}: \"corosync-qdevice-tool -s\"; it has to reach the "
                               "witness {}.",
                               node->name, topology.witness)
                 : fmt::format("On {}: \"systemctl enable --now corosync-qdevice\".", node->name)});
    }
    return findings;
}

std::vector<Finding> check_quorum(const Topology& topology, const Quorum& quorum) {
    std::vector<Finding> findings = check_witness_clients(topology, quorum.voters);
    if (quorum.two_node && !topology.luns.empty()) {
        findings.push_back(
            {"cluster-policy-mismatch", Severity::error, "two_node",
             "Corosync runs with two_node: when the sites lose each other both have the quorum, "
             "each fences the other, or takes over its LUNs",
             "Take \"two_node: 1\" out of the quorum section of corosync.conf (\"twinsite render "
             "--format corosync\" writes it without) on both nodes, and restart Corosync there."});
    }
    return findings;
}

} // namespace twinsite::site
