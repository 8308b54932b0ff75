// What a device stands on: a volume on a pool, a pool on partitions, a partition on a disk.
#pragma once

#include <twinsite/base/result.hpp>

#include <filesystem>
#include <string>
#include <vector>

namespace twinsite::block {

/// "MAJOR:MINOR" of a block device, or of the device that carries a file's file system (of a file
/// system without a device it names nothing). Errors: those of errno.
Result<std::string> device_number(const std::filesystem::path& path);

/// The kernel's names of the device NUMBER ("8:1") and of all below it, itself first: "dm-0",
/// "sda1", "sda". Empty when there is none. What DRBD stands on the kernel does not tell. SYS is
/// /sys except in tests.
std::vector<std::string> stack_of(const std::string& number,
                                  const std::filesystem::path& sys = "/sys");

} // namespace twinsite::block
