// What a target of ours exports, read from its part of the tree.
#pragma once

#include "lib/target/lio/inventory.hpp"

#include <twinsite/target/exported.hpp>
#include <twinsite/target/lio.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace twinsite::target::lio {

/// The interesting part of a backing store's `info` attribute.
struct StoreInfo {
    std::string path;
    std::optional<bool> read_only{};
    std::string device_number{}; ///< "MAJOR:MINOR" of a block device
};

/// TEXT as target_core_iblock and target_core_file of Linux 5.4 to 6.1 print it.
StoreInfo parse_store_info(std::string_view text);

/// Registrations for persistent reservations in a backing store's pr/res_pr_registered_i_pts, as
/// target_core_configfs of Linux 5.4 to 6.1 prints it: a line with "Key: 0x" each.
unsigned count_registrations(std::string_view text);

Result<Exported> observe_target(ConfigTree& tree, BackingInspector& inspector,
                                const Inventory& inventory, const Specification& wanted);

} // namespace twinsite::target::lio
