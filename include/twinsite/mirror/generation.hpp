// DRBD's data generation identifiers, and what two of them say about each other. Pure.
#pragma once

#include <twinsite/base/result.hpp>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace twinsite::mirror {

/// As `drbdsetup get-gi` (8.4) prints them. The lowest bit of an identifier is the role's and is
/// left out of comparisons.
struct Generation {
    std::uint64_t current = 0;
    std::uint64_t bitmap = 0; ///< != 0: the peer missed what was written since this generation
    std::array<std::uint64_t, 2> history{};

    friend bool operator==(const Generation&, const Generation&) = default;
};

/// "CURRENT:BITMAP:HISTORY:HISTORY[:flags]", hexadecimal. Error: protocol.
Result<Generation> parse_generation(std::string_view text);
std::string to_string(const Generation& generation);

/// What a handshake of the two would find (DRBD's uuid_compare, in the cases that matter here).
enum class Relation {
    same,          ///< identical generations
    we_are_ahead,  ///< the peer has one of our older generations: it can be resynced from us
    peer_is_ahead, ///< the reverse
    split_brain,   ///< both have a common ancestor, and both were written since
    unrelated,     ///< no common generation is known: never the same data, or too long ago
};

Relation compare(const Generation& ours, const Generation& peers);

/// The last generation both sides had, 0 when none is known.
std::uint64_t common_ancestor(const Generation& ours, const Generation& peers);

} // namespace twinsite::mirror
