// Corosync's votes and links as the site map's text, page and metrics tell them.
#pragma once

#include <twinsite/site/site_map.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace twinsite::site {

/// A node as Corosync here sees it.
struct Peer {
    std::string name; ///< "node 7" when the topology has none of that id
    std::vector<Link> links = {};
    bool own = false;             ///< the host that was asked
    const Voter* voter = nullptr; ///< nullptr: no member of this part of the cluster
};

/// In the topology's order; only those that Corosync says something of. MAP must outlive them.
std::vector<Peer> peers_of(const SiteMap& map);

/// "3 of 4 votes, 3 needed, with the witness's"; MAP has a quorum.
std::string votes_sentence(const SiteMap& map);

/// "connected" or "DOWN".
std::string_view link_word(const Link& link);

} // namespace twinsite::site
