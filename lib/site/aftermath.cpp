#include <twinsite/site/aftermath.hpp>
#include <twinsite/site/names.hpp>

#include <algorithm>
#include <set>
#include <unordered_map>

namespace twinsite::site {

namespace {

bool contains(const std::vector<std::string>& names, const std::string& name) {
    return std::find(names.begin(), names.end(), name) != names.end();
}

/// The nodes on which each mirror that is promoted somewhere is so afterwards.
std::unordered_map<std::string, std::set<std::string>>
promoted_after(const Topology& topology, const ClusterState& before,
               const std::vector<Movement>& movements, const std::vector<std::string>& dead) {
    std::unordered_map<std::string, std::set<std::string>> mirrors;
    for (const Lun& lun : topology.luns) {
        const ResourceState* state = before.resource(mirror_id(lun.name));
        if (state == nullptr || lun.converged()) {
            continue;
        }
        std::set<std::string> nodes;
        for (const Instance& instance : state->running) {
            if (instance.promoted) {
                nodes.insert(instance.node);
            }
        }
        if (!nodes.empty()) {
            std::erase_if(nodes, [&](const std::string& node) { return contains(dead, node); });
            mirrors.emplace(mirror_id(lun.name), std::move(nodes));
        }
    }
    for (const Movement& movement : movements) {
        if (movement.kind == MovementKind::fence) {
            for (auto& [mirror, nodes] : mirrors) {
                nodes.erase(movement.resource);
            }
        }
    }
    for (const Movement& movement : movements) {
        const auto mirror = mirrors.find(movement.resource);
        if (mirror == mirrors.end()) {
            continue;
        }
        if (movement.kind == MovementKind::promote) {
            mirror->second.insert(movement.to);
        } else if (movement.kind == MovementKind::demote || movement.kind == MovementKind::stop) {
            mirror->second.erase(movement.from);
        }
    }
    return mirrors;
}

} // namespace

std::vector<std::string> vms_down(const Topology& topology, const ClusterState& before,
                                  const std::vector<Movement>& movements,
                                  const std::vector<std::string>& dead) {
    std::unordered_map<std::string_view, const Movement*> moved;
    for (const Movement& movement : movements) {
        moved.insert_or_assign(movement.resource, &movement);
    }
    const auto is_dead = [&](const Instance& instance) { return contains(dead, instance.node); };
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

std::vector<std::string> vms_waiting(const Topology& topology, const ClusterState& before,
                                     const std::vector<Movement>& movements,
                                     const std::vector<std::string>& dead) {
    const auto promoted = promoted_after(topology, before, movements, dead);
    const auto unserved = [&](const std::string& lun) {
        const auto found = promoted.find(mirror_id(lun));
        return found != promoted.end() && found->second.empty();
    };
    const auto down = vms_down(topology, before, movements, dead);
    std::vector<std::string> waiting;
    for (const Vm& vm : topology.vms) {
        const ResourceState* state = before.resource(vm_id(vm.name));
        if (state != nullptr && !state->running.empty() && !contains(down, vm.name) &&
            std::any_of(vm.luns.begin(), vm.luns.end(), unserved)) {
            waiting.push_back(vm.name);
        }
    }
    return waiting;
}

} // namespace twinsite::site
