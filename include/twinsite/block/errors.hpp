// I/O errors of a device, as the kernel's log tells them. Its counters do not: ioerr_cnt of a SCSI
// disk also counts commands that a disk refuses in good health (drivers/scsi/scsi_lib.c).
#pragma once

#include <twinsite/base/deadline.hpp>
#include <twinsite/base/result.hpp>

#include <span>
#include <string>
#include <string_view>

namespace twinsite::block {

struct DeviceErrors {
    unsigned count = 0;
    std::string last{}; ///< the kernel's sentence
};

/// Counts what is told of devices and since when.
class ErrorCount {
public:
    /// NAMES are the kernel's, and have to outlive this. SINCE as in CLOCK_MONOTONIC, microseconds.
    ErrorCount(std::span<const std::string> names, std::uint64_t since)
        : names_(names)
        , since_(since) {}

    /// One record of /dev/kmsg (Linux Documentation/ABI/testing/dev-kmsg). Anything else is
    /// ignored.
    void take(std::string_view record);
    [[nodiscard]] const DeviceErrors& errors() const { return errors_; }

private:
    std::span<const std::string> names_;
    std::uint64_t since_;
    DeviceErrors errors_;
};

/// Errors of the devices NAMES within the last PERIOD. Errors: those of errno; permission, where
/// the log may not be read.
Result<DeviceErrors> recent_errors(std::span<const std::string> names, Milliseconds period);

} // namespace twinsite::block
