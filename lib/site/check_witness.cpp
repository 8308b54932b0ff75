#include <twinsite/site/check_live.hpp>

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

} // namespace twinsite::site
