// What the unpromoted side of a mirror knows of its peer while there is no connection: when it last
// saw it, and as what. Written by the monitor.
#pragma once

#include <twinsite/base/result.hpp>
#include <twinsite/mirror/memory.hpp>
#include <twinsite/mirror/observation.hpp>

#include <filesystem>
#include <string_view>

namespace twinsite::mirror {

struct Contact {
    UnixTime at = 0;
    Role peer = Role::unknown;
};

/// Where the agent keeps what does not outlast a reboot.
inline constexpr const char* run_folder = "/run/twinsite/mirror";

std::filesystem::path contact_file(const std::filesystem::path& folder, std::string_view resource);
/// Error not_found where there was no contact since this node started.
Result<Contact> read_contact(const std::filesystem::path& folder, std::string_view resource);

} // namespace twinsite::mirror
