// What a mirror has written here and not yet got across: bytes that wait in its TCP sockets.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace twinsite::mirror {

/// TEXT is /proc/net/tcp (or tcp6), PORT the mirror's, which both sides use. Empty when there is no
/// connection with that port.
std::optional<std::uint64_t> queued_bytes(std::string_view text, unsigned port);

} // namespace twinsite::mirror
