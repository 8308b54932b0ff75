// The ids that twinsite gives to what it puts into the cluster. Admins type these at 3 a.m. and
// other tools refer to them: they never change.
#pragma once

#include <string>
#include <string_view>

namespace twinsite::site {

std::string mirror_id(std::string_view lun);       ///< mirror_red, the primitive
std::string mirror_clone_id(std::string_view lun); ///< mirror_red-clone
std::string lun_group_id(std::string_view lun);    ///< lun_red
std::string address_id(std::string_view lun);      ///< address_red
std::string target_id(std::string_view lun);       ///< target_red
std::string vm_id(std::string_view vm);            ///< vm_rot
/// fence_rz1-a for the first PDU of a node, fence_rz1-a_2 for the second.
std::string fence_id(std::string_view node, std::size_t nth);
/// Pacemaker knows fencing by the nodes' own watchdogs by this id only (fence_watchdog(8)).
inline constexpr std::string_view watchdog_id = "watchdog";

/// Constraints carry this in front, so that their owner is plain.
inline constexpr std::string_view constraint_prefix = "twinsite-";
/// DRBD's handler bans a stale copy from promotion with a constraint of its own; it lifts it again.
inline constexpr std::string_view mirror_fence_prefix = "twinsite-mirror-fence-";
/// Whether a constraint or fencing level of this id is rendered from the topology.
bool is_rendered_constraint(std::string_view id);
/// Whether a constraint is a promotion ban of DRBD's handler: ours, or the one DRBD ships.
bool is_mirror_ban(std::string_view id);
/// The tag that lists every resource of twinsite's.
inline constexpr std::string_view ownership_tag = "twinsite";
/// The node attribute that says where a node stands.
inline constexpr std::string_view site_attribute = "site";

} // namespace twinsite::site
