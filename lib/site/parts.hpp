// The cluster after a failure: which nodes live, which can talk, who has the quorum, who is proven
// dead.
#pragma once

#include <twinsite/site/topology.hpp>
#include <twinsite/site/what_if.hpp>

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace twinsite::site {

/// What one part of the cluster knows of a node.
enum class Standing {
    member,      ///< alive, in the same part
    proven_dead, ///< switched off, ended by its watchdog, or confirmed by an operator
    unproven,    ///< out of sight: it may live
};

class Parts {
public:
    Parts(const Topology& topology, const Failure& failure);

    [[nodiscard]] bool alive(std::string_view node) const;
    /// Two living nodes that can talk.
    [[nodiscard]] bool together(std::string_view a, std::string_view b) const;
    /// Whether the part of a living node may take over and start things.
    [[nodiscard]] bool quorate(std::string_view node) const;
    /// What the part that VIEWER belongs to knows of NODE.
    [[nodiscard]] Standing standing(std::string_view viewer, std::string_view node) const;
    [[nodiscard]] bool any_frozen() const { return frozen_; }

private:
    struct State {
        const Node* node = nullptr;
        bool alive = true;
        int part = 0;
    };
    const Topology& topology_;
    const Failure& failure_;
    std::unordered_map<std::string_view, State> nodes_;
    std::vector<bool> quorate_;
    bool frozen_ = false;

    void find_quorum();
    [[nodiscard]] bool can_be_fenced(std::string_view viewer, const Node& victim) const;
};

} // namespace twinsite::site
