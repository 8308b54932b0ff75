#include <twinsite/site/aftermath.hpp>
#include <twinsite/site/names.hpp>

#include <algorithm>
#include <unordered_map>

namespace twinsite::site {

std::vector<std::string> vms_down(const Topology& topology, const ClusterState& before,
                                  const std::vector<Movement>& movements,
                                  const std::vector<std::string>& dead) {
    std::unordered_map<std::string_view, const Movement*> moved;
    for (const Movement& movement : movements) {
        moved.insert_or_assign(movement.resource, &movement);
    }
    const auto is_dead = [&](const Instance& instance) {
        return std::find(dead.begin(), dead.end(), instance.node) != dead.end();
    };
    std::vector<std::string> down;
    for (const Vm& vm : topology.vms) {
        const std::string id = vm_id(vm.name);
        const ResourceState* state = before.resource(id);
        if (state == nullptr || state->running.empty()) {
            continue;
        }
        const auto movement = moved.find(id);
        const bool ends = movement == moved.end()
                              ? std::all_of(state->running.begin(), state->running.end(), is_dead)
                              : movement->second->kind == MovementKind::stop;
        if (ends) {
            down.push_back(vm.name);
        }
    }
    return down;
}

} // namespace twinsite::site
