// The node this command runs on, and its clock's zone.
#pragma once

#include <cstdint>
#include <string>

namespace twinsite::cli {

/// The host name, "" when it cannot be told.
std::string own_name();

/// Seconds since 1970 as "2026-11-03 03:12:05" in this node's zone; "" for 0.
std::string local_time(std::int64_t at);

} // namespace twinsite::cli
