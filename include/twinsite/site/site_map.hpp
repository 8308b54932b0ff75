// Where everything is, against where it belongs.
#pragma once

#include <twinsite/site/finding.hpp>
#include <twinsite/site/quorum.hpp>
#include <twinsite/site/state.hpp>
#include <twinsite/site/topology.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace twinsite::site {

enum class Place {
    home,
    away,
    stopped, ///< runs nowhere, and that is known
    unknown, ///< was on a node of which nothing is known
};
std::string_view to_string(Place place);

/// What a mirror's promotion score says of the copy on one node.
enum class CopyState { good, alone, poor, never, unknown };
std::string_view to_string(CopyState state);

struct NodeEntry {
    const Node* node = nullptr;
    std::string state; ///< online, OFFLINE, UNCLEAN, standby ...
    std::int64_t used_mib = 0;
};

struct CopyEntry {
    std::string node;
    CopyState state = CopyState::unknown;
    bool running = false;
};

struct LunEntry {
    const Lun* lun = nullptr;
    Place place = Place::stopped;
    std::string promoted_on; ///< node
    std::string served_on;   ///< node with address and target; "" unless both run there
    std::string site;        ///< where it is promoted
    std::vector<CopyEntry> copies;
    std::string trouble; ///< failed, blocked ...; "" for none
    /// Asynchronous mirror: what the peer of the promoted copy does not have yet, in KiB.
    std::optional<std::int64_t> behind_kib{};
};

struct VmEntry {
    const Vm* vm = nullptr;
    Place place = Place::stopped;
    std::string node;
    std::string site;
    bool apart = false;  ///< not in the site of its LUN
    std::string trouble; ///< failed, blocked, what is pending; "" for none
};

struct SiteMap {
    std::string cluster;
    bool quorate = false;
    std::string dc;
    std::string witness;          ///< its address, "" for none
    std::optional<Quorum> quorum; ///< nothing where Corosync was not asked or does not answer
    std::vector<std::string> sites;
    std::vector<NodeEntry> nodes;
    std::vector<LunEntry> luns;
    std::vector<VmEntry> vms;
};

/// All that the cluster's state tells; the quorum is for the caller to add. TOPOLOGY must outlive
/// the map.
SiteMap map_sites(const Topology& topology, const ClusterState& state);

/// A page of text, one site after the other, then votes and links.
std::string to_text(const SiteMap& map, bool colour = false);

/// One self-contained page: sites with hosts and VMs, LUNs, votes and links, what a cut would do
/// now, findings.
std::string to_html(const SiteMap& map, const std::vector<Finding>& findings);

/// For the node exporter's textfile collector.
std::string to_prometheus(const SiteMap& map, const std::vector<Finding>& findings);

} // namespace twinsite::site
