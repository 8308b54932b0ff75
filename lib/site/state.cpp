#include <twinsite/site/state.hpp>

#include <algorithm>

namespace twinsite::site {

std::string_view ResourceState::promoted_on() const {
    for (const Instance& instance : running) {
        if (instance.promoted) {
            return instance.node;
        }
    }
    return {};
}

const NodeState* ClusterState::node(std::string_view name) const {
    const auto found = std::find_if(nodes.begin(), nodes.end(),
                                    [name](const NodeState& n) { return n.name == name; });
    return found == nodes.end() ? nullptr : &*found;
}

const ResourceState* ClusterState::resource(std::string_view id) const {
    const auto found = resources.find(id);
    return found == resources.end() ? nullptr : &found->second;
}

} // namespace twinsite::site
