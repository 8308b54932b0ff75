// How full the pool below a thin-provisioned device is. A pool that is full fails writes of every
// device in it, so somebody has to hear of it before.
#pragma once

#include <twinsite/base/result.hpp>

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace twinsite::block {

struct PoolFill {
    unsigned data_percent = 0;
    unsigned metadata_percent = 0;
    /// The pool takes no writes any more: "out of data space", "read only", "failed"; "" when it
    /// does.
    std::string broken{};

    friend bool operator==(const PoolFill&, const PoolFill&) = default;
};

/// The status line of a thin-pool target (Linux admin-guide/device-mapper/thin-provisioning).
/// Error: protocol.
Result<PoolFill> parse_pool_status(std::string_view status);

/// Empty when DEVICE is not thin-provisioned by dm-thin. SYS is /sys except in tests.
/// Errors: those of errno; protocol.
Result<std::optional<PoolFill>> pool_below(const std::filesystem::path& device,
                                           const std::filesystem::path& sys = "/sys");

/// What an admin must know, "" below both thresholds. WARN and ALARM in percent.
std::string judge_pool(const PoolFill& pool, unsigned warn, unsigned alarm);

} // namespace twinsite::block
