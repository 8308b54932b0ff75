#include "lib/site/site_map_votes.hpp"

#include <fmt/format.h>

#include <map>
#include <set>

namespace twinsite::site {

namespace {

/// Label values may hold anything but these three.
std::string label(std::string_view text) {
    std::string out;
    for (const char c : text) {
        if (c == '\\' || c == '"') {
            out += '\\';
            out += c;
        } else if (c == '\n') {
            out += "\\n";
        } else {
            out += c;
        }
    }
    return out;
}

void head(std::string& out, std::string_view name, std::string_view help) {
    out += fmt::format("# HELP {0} {1}\n# TYPE {0} gauge\n", name, help);
}

/// Where ha_cluster_exporter has a name, it is that.
std::string votes_and_links(const SiteMap& map) {
    std::string out;
    if (!map.quorum) {
        return out; // unknown is no number
    }
    const Quorum& quorum = *map.quorum;
    head(out, "ha_cluster_corosync_quorate", "1 when Corosync has the quorum");
    out += fmt::format("ha_cluster_corosync_quorate {}\n", quorum.quorate ? 1 : 0);
    head(out, "ha_cluster_corosync_quorum_votes", "Corosync's votes");
    for (const auto& [type, votes] :
         {std::pair("expected_votes", quorum.expected_votes),
          std::pair("total_votes", quorum.total_votes), std::pair("quorum", quorum.needed_votes)}) {
        out += fmt::format("ha_cluster_corosync_quorum_votes{{type=\"{}\"}} {}\n", type, votes);
    }
    std::set<unsigned> faulty;
    for (const Link& link : quorum.links) {
        if (!link.connected) {
            faulty.insert(link.number);
        }
    }
    head(out, "ha_cluster_corosync_ring_errors", "Links that do not reach every node");
    out += fmt::format("ha_cluster_corosync_ring_errors {}\n", faulty.size());
    const auto peers = peers_of(map);
    head(out, "ha_cluster_twinsite_link_connected", "1 when the link reaches the node");
    for (const Peer& peer : peers) {
        for (const Link& link : peer.links) {
            out += fmt::format("ha_cluster_twinsite_link_connected{{link=\"{}\",node=\"{}\"}} {}\n",
                               link.number, label(peer.name), link.connected ? 1 : 0);
        }
    }
    if (map.witness.empty()) {
        return out;
    }
    head(out, "ha_cluster_twinsite_witness_vote", "1 when the witness gives the node its vote");
    for (const Peer& peer : peers) {
        if (peer.voter != nullptr) {
            out += fmt::format("ha_cluster_twinsite_witness_vote{{node=\"{}\"}} {}\n",
                               label(peer.name), peer.voter->has_vote ? 1 : 0);
        }
    }
    return out;
}

} // namespace

std::string to_prometheus(const SiteMap& map, const std::vector<Finding>& findings) {
    std::string out;
    head(out, "ha_cluster_twinsite_quorate", "1 when this part of the cluster has the quorum");
    out += fmt::format("ha_cluster_twinsite_quorate {}\n", map.quorate ? 1 : 0);
    out += votes_and_links(map);
    head(out, "ha_cluster_twinsite_node_online", "1 when the node takes part");
    for (const NodeEntry& node : map.nodes) {
        out += fmt::format("ha_cluster_twinsite_node_online{{node=\"{}\",site=\"{}\"}} {}\n",
                           label(node.node->name), label(node.node->site),
                           node.state == "online" ? 1 : 0);
    }
    head(out, "ha_cluster_twinsite_node_memory_used_mib", "Memory of the VMs that run on the node");
    for (const NodeEntry& node : map.nodes) {
        out += fmt::format("ha_cluster_twinsite_node_memory_used_mib{{node=\"{}\"}} {}\n",
                           label(node.node->name), node.used_mib);
    }
    head(out, "ha_cluster_twinsite_node_memory_usable_mib", "Memory of the node that VMs may use");
    for (const NodeEntry& node : map.nodes) {
        out += fmt::format("ha_cluster_twinsite_node_memory_usable_mib{{node=\"{}\"}} {}\n",
                           label(node.node->name), node.node->usable_mib());
    }
    head(out, "ha_cluster_twinsite_lun_at_home", "1 when the LUN is promoted in its home site");
    for (const LunEntry& lun : map.luns) {
        out += fmt::format("ha_cluster_twinsite_lun_at_home{{lun=\"{}\",home=\"{}\",node=\"{}\"}} "
                           "{}\n",
                           label(lun.lun->name), label(lun.lun->home), label(lun.promoted_on),
                           lun.place == Place::home ? 1 : 0);
    }
    head(out, "ha_cluster_twinsite_lun_copy_good",
         "1 when the copy is up to date and its peer known");
    for (const LunEntry& lun : map.luns) {
        for (const CopyEntry& copy : lun.copies) {
            out += fmt::format("ha_cluster_twinsite_lun_copy_good{{lun=\"{}\",node=\"{}\"}} {}\n",
                               label(lun.lun->name), label(copy.node),
                               copy.running && copy.state == CopyState::good ? 1 : 0);
        }
    }
    head(out, "ha_cluster_twinsite_vm_at_home", "1 when the VM runs in its home site");
    for (const VmEntry& vm : map.vms) {
        out += fmt::format("ha_cluster_twinsite_vm_at_home{{vm=\"{}\",home=\"{}\",node=\"{}\"}} "
                           "{}\n",
                           label(vm.vm->name), label(vm.vm->home), label(vm.node),
                           vm.place == Place::home ? 1 : 0);
    }
    head(out, "ha_cluster_twinsite_vm_apart_from_lun",
         "1 when the VM and its LUN are in different sites");
    for (const VmEntry& vm : map.vms) {
        out += fmt::format("ha_cluster_twinsite_vm_apart_from_lun{{vm=\"{}\"}} {}\n",
                           label(vm.vm->name), vm.apart ? 1 : 0);
    }
    std::map<std::pair<std::string, std::string>, int> counts;
    for (const Finding& finding : findings) {
        ++counts[{finding.code, std::string(to_string(finding.severity))}];
    }
    head(out, "ha_cluster_twinsite_findings", "Findings by code");
    for (const auto& [key, count] : counts) {
        out += fmt::format("ha_cluster_twinsite_findings{{code=\"{}\",severity=\"{}\"}} {}\n",
                           key.first, key.second, count);
    }
    return out;
}

} // namespace twinsite::site
