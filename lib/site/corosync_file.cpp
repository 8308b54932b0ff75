#include <twinsite/site/files.hpp>
#include <twinsite/site/self_fencing.hpp>

#include <fmt/format.h>

namespace twinsite::site {

namespace {

std::string quorum_section(const Topology& topology) {
    // wait_for_all: after a complete outage nothing starts before all nodes have met once, so that
    // the mirrors compare their copies before one of them is promoted.
    // two_node is never set: it would let both sites of a two-node cluster go on with quorum.
    std::string out = "quorum {\n    provider: corosync_votequorum\n    wait_for_all: 1\n";
    if (!topology.witness.empty()) {
        out += fmt::format("    device {{\n"
                           "        model: net\n"
                           "        votes: 1\n"
                           "        sync_timeout: {}\n"
                           "        net {{\n"
                           "            host: {}\n"
                           "            algorithm: ffsplit\n"
                           "            tie_breaker: lowest\n"
                           "        }}\n"
                           "    }}\n",
                           witness_sync_timeout_ms, topology.witness);
    }
    return out + "}\n";
}

} // namespace

std::string render_corosync(const Topology& topology) {
    const bool keyed = !topology.wire.key_file.empty();
    std::string out = fmt::format("# Cluster {}. Written by twinsite render; change the topology "
                                  "instead.\n"
                                  "totem {{\n"
                                  "    version: 2\n"
                                  "    cluster_name: {}\n"
                                  "    transport: knet\n"
                                  "    token: {}\n",
                                  topology.cluster, topology.cluster, topology.wire.token_ms);
    if (keyed) {
        out += fmt::format("    crypto_cipher: aes256\n    crypto_hash: sha256\n    keyfile: {}\n",
                           topology.wire.key_file);
    } else {
        out += "    crypto_cipher: none\n    crypto_hash: none\n";
    }
    out += "}\nnodelist {\n";
    for (const Node& node : topology.nodes) {
        out +=
            fmt::format("    node {{\n        name: {}\n        nodeid: {}\n", node.name, node.id);
        for (std::size_t link = 0; link < node.cluster_addresses.size(); ++link) {
            out += fmt::format("        ring{}_addr: {}\n", link, node.cluster_addresses[link]);
        }
        out += "    }\n";
    }
    out += "}\n";
    out += quorum_section(topology);
    out += "logging {\n"
           "    to_logfile: yes\n"
           "    logfile: /var/log/corosync/corosync.log\n"
           "    to_syslog: yes\n"
           "    timestamp: on\n"
           "}\n";
    return out;
}

} // namespace twinsite::site
