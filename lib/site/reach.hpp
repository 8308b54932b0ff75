// Which hosts can open the disks of a VM.
#pragma once

#include <twinsite/site/topology.hpp>

#include <string_view>
#include <unordered_map>

namespace twinsite::site {

/// A LUN behind iSCSI is reached from everywhere, a converged one on the nodes that hold its
/// copies.
class Reach {
public:
    explicit Reach(const Topology& topology);
    [[nodiscard]] bool is_converged(std::string_view lun) const { return converged_.contains(lun); }
    /// Whether the VM uses the mirror's device of its own host.
    [[nodiscard]] bool is_local(const Vm& vm) const;
    [[nodiscard]] bool reaches(std::string_view node, const Vm& vm) const;

private:
    std::unordered_map<std::string_view, const Lun*> converged_;
};

} // namespace twinsite::site
