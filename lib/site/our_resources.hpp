// Which resource ids of a cluster mean something of the topology's.
#pragma once

#include <twinsite/site/topology.hpp>

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace twinsite::site {

/// The VM, or the LUN, behind one id.
struct OurResource {
    const Vm* vm = nullptr;
    const Lun* lun = nullptr;
    bool mirror = false; ///< the LUN's mirror or its clone, not its group, address or target

    [[nodiscard]] const std::string& home() const { return vm != nullptr ? vm->home : lun->home; }
};

class OurResources {
public:
    /// TOPOLOGY must outlive it.
    explicit OurResources(const Topology& topology);

    /// nullptr: somebody else's.
    [[nodiscard]] const OurResource* find(std::string_view id) const;
    /// Those that an rsc-pattern means. False in UNDERSTOOD: it is none that twinsite reads, and
    /// these are all that it might mean.
    [[nodiscard]] std::vector<std::string> matching(std::string_view pattern,
                                                    bool& understood) const;

private:
    std::map<std::string, OurResource, std::less<>> by_id_;
};

} // namespace twinsite::site
