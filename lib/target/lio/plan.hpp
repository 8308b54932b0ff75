// Pure: which operations on LIO's tree build a target or take one down, in an order in which no
// initiator ever reaches an incomplete one.
#pragma once

#include "lib/target/backings.hpp"
#include "lib/target/lio/inventory.hpp"

#include <twinsite/target/lio.hpp>

#include <string>
#include <vector>

namespace twinsite::target::lio {

struct Step {
    enum class Verb { make_directory, write, link, remove_link, remove_directory };
    Verb verb;
    std::string path;
    std::string value{};   ///< of write; the target of link
    std::string purpose{}; ///< what an admin would call it: "portal 192.0.2.1:3260"
    bool secret = false;   ///< VALUE is never shown
    /// A folder that other targets share (it may exist, and must stay while they use it), or an
    /// attribute that older kernels lack.
    bool optional = false;
    /// While another target on the same address and port is being stopped, the kernel refuses it
    /// for a moment with EINVAL (iscsit_reset_np_thread and iscsit_get_np in
    /// drivers/target/iscsi/iscsi_target.c: a portal that is being reset is not found, and then
    /// bound a second time; target_core_fabric_configfs.c turns every error into EINVAL).
    bool contended = false;
};

/// What the step that opens LUN's path is called.
std::string opening(const Lun& lun);

/// Backing stores and their identity, the target, its LUNs, access and CHAP, then enable, and the
/// portals last: until then a connection is refused, and from then on everything is there.
std::vector<Step> build_steps(const Specification& wanted, const Backings& backings);

/// Portals first, then disable (which drops the sessions), then the rest. Only what INVENTORY has.
std::vector<Step> removal_steps(const Inventory& inventory);

} // namespace twinsite::target::lio
