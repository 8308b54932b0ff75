// What runs where while nothing fails, and what each single loss would do to it.
#pragma once

#include "lib/site/reach.hpp"

#include <twinsite/site/capacity.hpp>
#include <twinsite/site/topology.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace twinsite::site {

class NormalLoad {
public:
    struct Host {
        const Node* node;
        std::int64_t left_mib;
        std::vector<std::int64_t> vms{};    ///< MiB of those that may run on any host
        std::vector<const Vm*> local_vms{}; ///< those of converged LUNs, bound to their copies
        bool luns_go_along = true;          ///< each of its VMs has its LUNs' home copies on it
    };

    /// TOPOLOGY has to outlive it.
    explicit NormalLoad(const Topology& topology);

    [[nodiscard]] const std::vector<Host>& hosts() const { return hosts_; }
    [[nodiscard]] std::size_t hosts_in(std::string_view site) const;
    /// By VM, in the order of the topology.
    [[nodiscard]] const std::vector<std::string>& host_of() const { return host_of_; }
    /// VMs that do not run at home.
    [[nodiscard]] std::size_t strays() const { return strays_; }
    /// Whether memory is stated for every compute node.
    [[nodiscard]] bool known() const;

    /// Hosts first, then sites.
    [[nodiscard]] std::vector<LossReport> all_losses() const;

private:
    struct Room {
        const Node* node;
        std::int64_t left_mib;
    };

    void put(const Vm& vm, Host& host);
    [[nodiscard]] LossReport lose_host(const Host& lost) const;
    [[nodiscard]] LossReport lose_site(const std::string& site) const;
    /// Whether each of VMS finds room beside the other copy of its LUN; takes that room.
    bool place_local(const std::vector<const Vm*>& vms, std::vector<Room>& rooms,
                     LossReport& report) const;

    const Topology& topology_;
    Reach reach_;
    std::vector<Host> hosts_;
    std::vector<std::string> host_of_;
    std::size_t strays_ = 0;
};

} // namespace twinsite::site
