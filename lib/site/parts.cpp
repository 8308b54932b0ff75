#include "lib/site/parts.hpp"

#include <algorithm>

namespace twinsite::site {

Parts::Parts(const Topology& topology, const Failure& failure)
    : topology_(topology)
    , failure_(failure) {
    for (const Node& node : topology.nodes) {
        State state;
        state.node = &node;
        state.alive = !failure.nodes.contains(node.name) && !failure.sites.contains(node.site);
        // Without the link each site is a part of its own.
        state.part = failure.link && node.site != topology.sites.front() ? 1 : 0;
        nodes_.emplace(node.name, state);
    }
    find_quorum();
    if (topology.policy.isolation == Isolation::majority) {
        for (auto& [name, state] : nodes_) {
            // Without quorum a node ends itself within its watchdog's time.
            state.alive = state.alive && quorate_[static_cast<std::size_t>(state.part)];
        }
    }
    // A part with quorum switches off whom it cannot see, where it reaches the power.
    std::vector<std::string_view> victims;
    for (const auto& [viewer, seen_from] : nodes_) {
        for (const auto& [name, state] : nodes_) {
            if (state.alive && quorate(viewer) && !together(viewer, name) &&
                can_be_fenced(viewer, *state.node)) {
                victims.push_back(name);
            }
        }
    }
    for (const std::string_view victim : victims) {
        nodes_.at(victim).alive = false;
    }
}

void Parts::find_quorum() {
    const std::size_t parts = failure_.link ? 2 : 1;
    std::vector<std::size_t> votes(parts, 0);
    std::vector<std::uint32_t> lowest(parts, UINT32_MAX);
    for (const auto& [name, state] : nodes_) {
        if (state.alive) {
            const auto part = static_cast<std::size_t>(state.part);
            ++votes[part];
            lowest[part] = std::min(lowest[part], state.node->id);
        }
    }
    std::size_t total = nodes_.size();
    // A confirmed site no longer counts.
    for (const Node& node : topology_.nodes) {
        if (failure_.confirmed_dead.contains(node.site)) {
            --total;
        }
    }
    if (!topology_.witness.empty()) {
        ++total;
        // ffsplit: the vote goes to the larger part, in a tie to the one with the lowest id.
        std::size_t winner = 0;
        for (std::size_t part = 1; part < parts; ++part) {
            if (votes[part] > votes[winner] ||
                (votes[part] == votes[winner] && lowest[part] < lowest[winner])) {
                winner = part;
            }
        }
        if (votes[winner] > 0) {
            ++votes[winner];
        }
    }
    for (const std::size_t count : votes) {
        quorate_.push_back(count > total / 2);
        frozen_ = frozen_ || (count > 0 && !quorate_.back());
    }
}

bool Parts::alive(std::string_view node) const {
    const auto found = nodes_.find(node);
    return found != nodes_.end() && found->second.alive;
}

bool Parts::together(std::string_view a, std::string_view b) const {
    return alive(a) && alive(b) && nodes_.at(a).part == nodes_.at(b).part;
}

bool Parts::quorate(std::string_view node) const {
    return alive(node) && quorate_[static_cast<std::size_t>(nodes_.at(node).part)];
}

bool Parts::can_be_fenced(std::string_view viewer, const Node& victim) const {
    if (victim.power.empty()) {
        return false;
    }
    return std::all_of(victim.power.begin(), victim.power.end(), [&](const Outlet& outlet) {
        const Pdu* pdu = topology_.pdu(outlet.pdu);
        const bool powered = pdu != nullptr && !failure_.sites.contains(pdu->site);
        return powered && (!failure_.link || pdu->site == nodes_.at(viewer).node->site);
    });
}

Standing Parts::standing(std::string_view viewer, std::string_view node) const {
    if (together(viewer, node)) {
        return Standing::member;
    }
    const auto found = nodes_.find(node);
    if (found == nodes_.end()) {
        return Standing::unproven;
    }
    const Node& victim = *found->second.node;
    if (failure_.confirmed_dead.contains(victim.site)) {
        return Standing::proven_dead;
    }
    if (!quorate(viewer)) {
        return Standing::unproven;
    }
    // With "majority" the watchdog is the last fencing level and always answers.
    const bool self_fenced =
        topology_.policy.isolation == Isolation::majority && !victim.watchdog.empty();
    return self_fenced || can_be_fenced(viewer, victim) ? Standing::proven_dead
                                                        : Standing::unproven;
}

} // namespace twinsite::site
