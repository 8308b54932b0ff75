// Does everything still fit when a host or a site is lost? Proofs told apart from heuristics.
#pragma once

#include <twinsite/site/finding.hpp>
#include <twinsite/site/topology.hpp>

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace twinsite::site {

enum class Packing {
    fits,          ///< a plan was found
    impossible,    ///< proven: the sum, the largest item, or a complete search says so
    no_plan_found, ///< neither; the search was cut short
};
std::string_view to_string(Packing packing);

/// Whether ITEMS (MiB) can be put into BINS (MiB left). Best fit decreasing first; then, while
/// there are at most 24 items, every possibility within a fixed budget of steps.
Packing pack(std::span<const std::int64_t> items, std::span<const std::int64_t> bins);

enum class LossVerdict {
    fits,        ///< in the same site
    leaves_site, ///< only by overflowing into the other site
    does_not_fit,
};
std::string_view to_string(LossVerdict verdict);

struct LossReport {
    bool is_site = false;
    std::string name; ///< node or site
    LossVerdict verdict = LossVerdict::fits;
    Packing packing = Packing::fits; ///< whether "does not fit" is proven
    std::int64_t displaced_mib = 0;
    std::int64_t free_mib = 0; ///< in the place they should go to
    /// Which VM of a converged LUN finds no room beside the other copy; "" elsewhere.
    std::string reason;
};

/// The largest VM that may still be added with this home: it runs there when nothing fails, pushes
/// no other VM away, and no single loss gets a worse verdict than it has without it.
struct Headroom {
    std::string site;
    std::int64_t largest_vm_mib = 0;
};

struct CapacityReport {
    /// False when memory is not stated for every compute node; then the rest is empty.
    bool known = false;
    std::vector<LossReport> losses;
    std::vector<Headroom> headroom;
};

CapacityReport capacity(const Topology& topology);

/// home-does-not-fit: VMs that do not run at home even when nothing fails. Nothing is said while
/// the memory of a compute node is not stated.
std::vector<Finding> check_home_capacity(const Topology& topology);

/// The same, and host-loss-does-not-fit, host-loss-leaves-site, site-loss-does-not-fit,
/// largest-vm-exceeds-reserve.
std::vector<Finding> check_capacity(const Topology& topology);

} // namespace twinsite::site
