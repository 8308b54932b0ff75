// What the paths of a target's LUNs are on this node, and who else has what they need.
#pragma once

#include <twinsite/target/lio.hpp>

#include <map>

namespace twinsite::target {

/// By LUN number.
using Backings = std::map<std::uint64_t, Backing>;

/// Errors: of BackingInspector, naming the LUN; conflict when two LUNs are one device or file.
Result<Backings> inspect_luns(BackingInspector& inspector, const Specification& wanted);

/// Error conflict when PATH, which WHO exports, is what a LUN of WANTED has.
Status check_not_exported(BackingInspector& inspector, const Specification& wanted,
                          const Backings& backings, const std::string& path, std::string_view who);

/// Why LUN cannot be exported when OTHER has its serial.
std::string same_serial(const Lun& lun, std::string_view other);

/// " (HOLDER, HOLDER)" for the end of a reason why PATH cannot be had.
std::string held_by(BackingInspector& inspector, const std::string& path);

} // namespace twinsite::target
