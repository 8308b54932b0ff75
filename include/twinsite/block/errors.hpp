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

    /// One line as syslog(2) gives it: "<3>[   12.345678] TEXT", with or without the caller's
    /// "[  T123]" behind the time. A line without a time is ignored.
    void take(std::string_view line);
    [[nodiscard]] const DeviceErrors& errors() const { return errors_; }

private:
    std::span<const std::string> names_;
    std::uint64_t since_;
    DeviceErrors errors_;
};

/// Errors of the devices NAMES within the last PERIOD, as far back as the latest 128 KiB of the log
/// reach. Errors: those of errno; permission, where the log may not be read.
Result<DeviceErrors> recent_errors(std::span<const std::string> names, Milliseconds period);

} // namespace twinsite::block
