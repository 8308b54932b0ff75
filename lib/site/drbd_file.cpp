#include <twinsite/site/files.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace twinsite::site {

namespace {

std::string endpoint(const Node& node, std::int64_t port) {
    const std::string& address =
        node.storage_address.empty() ? node.cluster_addresses.front() : node.storage_address;
    if (address.find(':') != std::string::npos) {
        return fmt::format("ipv6 [{}]:{}", address, port);
    }
    return fmt::format("{}:{}", address, port);
}

} // namespace

std::string render_drbd_resource(const Topology& topology, const Lun& lun,
                                 const std::string& handler) {
    // Two promoted sides that lose each other must not both go on, whatever the policy.
    const Isolation isolation = lun.converged() ? Isolation::majority : topology.policy.isolation;
    const bool keep_home = isolation == Isolation::keep_home;
    std::string more;
    if (lun.converged()) {
        more += "        allow-two-primaries yes;\n";
    }
    if (lun.mirror.protocol == "A") {
        // Rather behind and known to be so than writes that wait for the link.
        more += "        sndbuf-size 10M;\n        on-congestion pull-ahead;\n"
                "        congestion-fill 8M;\n";
    }
    if (lun.mirror.integrity) {
        more += "        data-integrity-alg crc32c;\n";
    }
    std::string out = fmt::format(
        R"(# {0}: LUN {1} of cluster {2}. Written by twinsite render; change the topology instead.
resource {1} {{
    net {{
        protocol {3};
        ping-int 2;
        ping-timeout 5;
        timeout 15;
        connect-int 3;
        ko-count 7;
        after-sb-0pri discard-zero-changes;
        after-sb-1pri consensus;
        after-sb-2pri disconnect;
        rr-conflict disconnect;
        verify-alg crc32c;
        csums-alg crc32c;
        max-buffers 8000;
        max-epoch-size 8000;
{5}    }}
    disk {{
        fencing {4};
        on-io-error detach;
        c-plan-ahead 0;
        resync-rate {6}M;
        c-min-rate {7}M;
    }}
    handlers {{
)",
        fmt::format("/etc/drbd.d/{}.res", lun.name), lun.name, topology.cluster,
        lun.mirror.protocol, keep_home ? "resource-only" : "resource-and-stonith", more,
        lun.mirror.resync_mib, std::max<std::int64_t>(1, lun.mirror.resync_mib / 2));
    for (const char* event : {"fence-peer", "after-resync-target", "split-brain",
                              "initial-split-brain", "pri-lost-after-sb", "out-of-sync"}) {
        out += fmt::format("        {} \"{} --policy {} {}\";\n", event, handler,
                           to_string(isolation), event);
    }
    out += "    }\n";
    for (const Replica& replica : lun.mirror.replicas) {
        const Node* node = topology.node(replica.node);
        if (node == nullptr) {
            continue; // lib/config refuses such a topology
        }
        out += fmt::format("    on {} {{\n"
                           "        device {};\n"
                           "        disk {};\n"
                           "        address {};\n"
                           "        meta-disk internal;\n"
                           "    }}\n",
                           replica.node, lun.mirror.device, replica.disk,
                           endpoint(*node, lun.mirror.port));
    }
    out += "}\n";
    return out;
}

} // namespace twinsite::site
