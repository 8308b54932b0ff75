// Where the VMs go once the LUNs have found their places: what_if()'s second half.
#pragma once

#include "lib/site/host_memory.hpp"
#include "lib/site/parts.hpp"
#include "lib/site/reach.hpp"

#include <twinsite/site/topology.hpp>
#include <twinsite/site/what_if.hpp>

#include <string>
#include <string_view>
#include <unordered_map>

namespace twinsite::site {

/// Gives room as Pacemaker does with placement-strategy=balanced: strictly by priority, to VMs that
/// run as to VMs that start. So a running VM gives way to one of higher priority.
class VmPlacement {
public:
    VmPlacement(const Topology& topology, const Parts& parts, Outcome& outcome);
    void run();

private:
    const Topology& topology_;
    const Parts& parts_;
    Outcome& outcome_;
    Reach reach_;
    HostMemory memory_;
    std::unordered_map<std::string_view, std::string_view> site_of_;
    std::unordered_map<std::string_view, std::size_t> lun_at_; ///< in outcome_.luns
    bool contested_ = false; ///< somebody of the priority at hand did not get what it wanted

    void place(const std::vector<std::size_t>& group);
    void hold_still(std::size_t at);
    [[nodiscard]] bool stays(std::size_t at);
    void move(std::size_t at);
    void start(std::size_t at);
    [[nodiscard]] std::string why_it_cannot_start(std::size_t at, std::string_view storage);

    [[nodiscard]] bool keeps_to_lun(const Vm& vm) const;
    [[nodiscard]] std::string_view storage_of(const Vm& vm) const;
    [[nodiscard]] std::string why_unreached(std::string_view host, const Vm& vm) const;
    [[nodiscard]] bool opens(std::string_view host, const Vm& vm) const;
    [[nodiscard]] bool lost_its_device(std::string_view host, const Vm& vm) const;
    [[nodiscard]] std::string_view wanted_site(const Vm& vm, std::string_view storage) const;
    [[nodiscard]] std::string room_in(std::string_view site, const Vm& vm,
                                      std::string_view viewer) const;
    [[nodiscard]] std::string room_beside(std::string_view site, const Vm& vm,
                                          std::string_view viewer) const;
    void settle(std::size_t at, VmFate fate, const std::string& host, std::string reason);
};

} // namespace twinsite::site
