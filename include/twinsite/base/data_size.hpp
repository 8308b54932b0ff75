// Amounts of memory as libvirt's XML says them.
#pragma once

#include <twinsite/base/result.hpp>

#include <cstdint>
#include <string_view>

namespace twinsite {

/// AMOUNT, a whole number, of UNIT in bytes; units as libvirt takes them, in either case: b, bytes,
/// KB (1000), k or KiB (1024) and so on to exabytes; "" is KiB. Not more than 2^60 bytes.
/// Error invalid_config, with what cannot be read.
Result<std::uint64_t> parse_data_size(std::string_view amount, std::string_view unit);

} // namespace twinsite
