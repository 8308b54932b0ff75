#include "cli/live.hpp"

#include <twinsite/cluster/state.hpp>
#include <twinsite/site/check_live.hpp>

namespace twinsite::cli {

Result<Live> look_at_cluster() {
    auto configuration = cluster::open_configuration();
    if (!configuration) {
        return fail(configuration.error());
    }
    auto cib = (*configuration)->read();
    if (!cib) {
        return fail(cib.error());
    }
    auto state = cluster::interpret(*cib);
    if (!state) {
        return fail(state.error());
    }
    return Live{std::move(*configuration), std::move(*cib), std::move(*state)};
}

std::vector<site::Finding> check_witness(const site::Topology& topology,
                                         const cluster::Quorum& quorum) {
    std::vector<site::WitnessClient> clients;
    for (const cluster::Voter& voter : quorum.voters) {
        clients.push_back({voter.node_id, voter.client_runs, voter.has_vote});
    }
    return site::check_witness_clients(topology, clients);
}

} // namespace twinsite::cli
