// Who keeps a block device open, in words for an admin. Reads /proc, /sys and configfs only.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace twinsite::block {

/// For example "qemu-system-x86 (pid 812)", "mounted on /srv", "iSCSI backstore iblock_0/red",
/// "dm-3 on top of it". Empty: nobody was found, which proves nothing.
/// ROOT is "/" except in tests.
std::vector<std::string> holders(int major, int minor, const std::filesystem::path& root = "/");

} // namespace twinsite::block
