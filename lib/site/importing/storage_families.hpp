// Which storage primitives of a CIB make up one LUN.
#pragma once

#include "lib/site/importing/working.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace twinsite::site::importing {

/// Indices into the inventory: each family has at least one mirror, and what groups, colocations,
/// orders or parameters bind to it. In the order of their mirrors in the CIB.
std::vector<std::vector<std::size_t>> storage_families(Working& work);

/// "/dev/drbd/by-res/red/0" and "/dev/drbd/by-res/red" name DRBD's resource red; "" for others.
std::string names_resource(std::string_view path);

/// The block devices that a target or logical unit exports, by LUN number.
std::vector<std::pair<std::int64_t, std::string>> exported(const Item& item);

} // namespace twinsite::site::importing
