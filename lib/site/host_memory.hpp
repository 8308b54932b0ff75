// The memory of hosts while VMs are put on them.
#pragma once

#include <twinsite/site/topology.hpp>

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace twinsite::site {

class HostMemory {
public:
    using Allowed = std::function<bool(const Node&)>;

    /// The compute nodes among those that HOLDS accepts; all of them are empty.
    HostMemory(const Topology& topology, const Allowed& holds);

    [[nodiscard]] bool fits(std::string_view host, const Vm& vm) const;
    void take(std::string_view host, const Vm& vm);

    /// The host of SITE among the ALLOWED with the most memory left (the fewest VMs where memory
    /// is not stated) on which VM fits; "" when there is none.
    [[nodiscard]] std::string roomiest(std::string_view site, const Vm& vm,
                                       const Allowed& allowed) const;

private:
    struct Entry {
        const Node* node;
        std::int64_t left_mib;
        std::size_t vms;
    };
    std::vector<Entry> hosts_;
    std::unordered_map<std::string_view, std::size_t> index_;

    [[nodiscard]] static bool fits(const Entry& entry, const Vm& vm) {
        return entry.node->memory_mib == 0 || vm.memory_mib <= entry.left_mib;
    }
};

/// The places of the topology's VMs in the order in which Pacemaker gives them room: by priority,
/// the highest first, and as the file has them within one. Each inner list has one priority.
std::vector<std::vector<std::size_t>> by_priority(const Topology& topology);

} // namespace twinsite::site
