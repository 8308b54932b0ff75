// Where the mirror's agent and handlers keep what they note.
#pragma once

#include <twinsite/block/worry.hpp>
#include <twinsite/mirror/contact.hpp>
#include <twinsite/mirror/memory.hpp>

#include <filesystem>

namespace twinsite::mirror {

/// Where memory lives: STATE outlasts a reboot, RUN does not.
struct Folders {
    std::filesystem::path state = memory_folder;
    std::filesystem::path run = run_folder;
    std::filesystem::path devices = block::worry_folder; ///< notes for those who use the mirror
};

} // namespace twinsite::mirror
