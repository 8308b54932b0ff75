#include "lib/site/site_map_votes.hpp"

#include "lib/site/site_map_page.hpp"

#include <twinsite/base/markup.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace twinsite::site {

namespace {

Peer& peer_with(std::vector<Peer>& peers, const SiteMap& map, std::uint32_t id) {
    const auto node = std::find_if(map.nodes.begin(), map.nodes.end(),
                                   [id](const NodeEntry& each) { return each.node->id == id; });
    const std::string name =
        node == map.nodes.end() ? fmt::format("node {}", id) : node->node->name;
    const auto known = std::find_if(peers.begin(), peers.end(),
                                    [&](const Peer& peer) { return peer.name == name; });
    return known == peers.end() ? peers.emplace_back(Peer{.name = name}) : *known;
}

} // namespace

std::vector<Peer> peers_of(const SiteMap& map) {
    std::vector<Peer> peers;
    if (!map.quorum) {
        return peers;
    }
    for (const NodeEntry& entry : map.nodes) {
        peers.push_back({.name = entry.node->name, .own = entry.node->id == map.quorum->own_id});
    }
    for (const Link& link : map.quorum->links) {
        peer_with(peers, map, link.node_id).links.push_back(link);
    }
    for (const Voter& voter : map.quorum->voters) {
        peer_with(peers, map, voter.node_id).voter = &voter;
    }
    std::erase_if(peers, [](const Peer& peer) { return peer.links.empty() && !peer.voter; });
    for (Peer& peer : peers) {
        std::sort(peer.links.begin(), peer.links.end(),
                  [](const Link& a, const Link& b) { return a.number < b.number; });
    }
    return peers;
}

std::string votes_sentence(const SiteMap& map) {
    const Quorum& quorum = *map.quorum;
    const std::string_view no_witness = map.witness.empty() ? "" : ", WITHOUT the witness's";
    return fmt::format("{} of {} votes, {} needed{}{}{}", quorum.total_votes, quorum.expected_votes,
                       quorum.needed_votes,
                       quorum.witness ? std::string_view(", with the witness's") : no_witness,
                       quorum.waits_for_all ? ", waits for all nodes at start" : "",
                       quorum.two_node ? ", two_node" : "");
}

std::string_view link_word(const Link& link) {
    return link.connected ? "connected" : "DOWN";
}

namespace page {

namespace {

std::string marked(bool good, std::string_view text) {
    return fmt::format("<span class=\"{}\">{}</span>", good ? "ok" : "bad", text);
}

std::string witness_cell(const Voter* voter) {
    if (voter == nullptr) {
        return marked(false, "not a member");
    }
    return marked(voter->has_vote, voter->has_vote      ? "gives its vote"
                                   : voter->client_runs ? "no vote"
                                                        : "no qdevice");
}

} // namespace

std::string votes(const SiteMap& map) {
    std::string out = "<section class=\"part\"><h2>Votes and links</h2>\n";
    if (!map.quorum) {
        return out + "<p class=\"bad\">Unknown: Corosync does not answer here.</p></section>\n";
    }
    const bool spare = map.witness.empty() || map.quorum->witness;
    out += fmt::format("<p>{}</p>\n<table><tr><th>node</th><th>links</th>{}</tr>\n",
                       marked(map.quorum->quorate && spare, escape_markup(votes_sentence(map))),
                       map.witness.empty() ? "" : "<th>witness</th>");
    for (const Peer& peer : peers_of(map)) {
        std::string links;
        for (const Link& link : peer.links) {
            links += fmt::format("{}{} {}", links.empty() ? "" : "<br>", link.number,
                                 marked(link.connected, link_word(link)));
        }
        out += fmt::format(
            "<tr><td>{}</td><td>{}</td>{}</tr>\n", escape_markup(peer.name),
            peer.own ? "this host" : (links.empty() ? "unknown" : links),
            map.witness.empty() ? "" : fmt::format("<td>{}</td>", witness_cell(peer.voter)));
    }
    return out + "</table></section>\n";
}

} // namespace page

} // namespace twinsite::site
