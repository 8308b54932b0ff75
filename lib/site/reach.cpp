#include "lib/site/reach.hpp"

#include <algorithm>

namespace twinsite::site {

Reach::Reach(const Topology& topology) {
    for (const Lun& lun : topology.luns) {
        if (lun.converged()) {
            converged_.emplace(lun.name, &lun);
        }
    }
}

bool Reach::is_local(const Vm& vm) const {
    return std::any_of(vm.luns.begin(), vm.luns.end(),
                       [this](const std::string& lun) { return is_converged(lun); });
}

bool Reach::reaches(std::string_view node, const Vm& vm) const {
    return std::all_of(vm.luns.begin(), vm.luns.end(), [&](const std::string& lun) {
        const auto found = converged_.find(lun);
        return found == converged_.end() || found->second->replica_on(node) != nullptr;
    });
}

} // namespace twinsite::site
