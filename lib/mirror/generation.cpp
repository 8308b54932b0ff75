#include <twinsite/base/text.hpp>
#include <twinsite/mirror/generation.hpp>

#include <fmt/format.h>

#include <charconv>

namespace twinsite::mirror {

namespace {

constexpr std::uint64_t role_bit = 1;
/// The current generation of metadata that was never used (drbd_int.h, UUID_JUST_CREATED).
constexpr std::uint64_t just_created = 4;

std::uint64_t plain(std::uint64_t generation) {
    return generation & ~role_bit;
}

bool same(std::uint64_t a, std::uint64_t b) {
    return plain(a) != 0 && plain(a) == plain(b);
}

/// OTHER's current generation is one that NEWER has left behind.
bool descends(const Generation& newer, const Generation& other) {
    return same(newer.bitmap, other.current) || same(newer.history[0], other.current) ||
           same(newer.history[1], other.current);
}

} // namespace

Result<Generation> parse_generation(std::string_view text) {
    const auto words = split(trim(text), ":");
    if (words.size() < 4) {
        return fail(ErrorKind::protocol,
                    fmt::format("\"{}\" are no generation identifiers", printable(text)));
    }
    std::array<std::uint64_t, 4> numbers{};
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        const std::string& word = words[i];
        const auto [end, error] =
            std::from_chars(word.data(), word.data() + word.size(), numbers[i], 16);
        if (error != std::errc{} || end != word.data() + word.size()) {
            return fail(ErrorKind::protocol,
                        fmt::format("\"{}\" is no generation identifier", printable(word)));
        }
    }
    return Generation{numbers[0], numbers[1], {numbers[2], numbers[3]}};
}

std::string to_string(const Generation& generation) {
    return fmt::format("{:016X}:{:016X}:{:016X}:{:016X}", generation.current, generation.bitmap,
                       generation.history[0], generation.history[1]);
}

Relation compare(const Generation& ours, const Generation& peers) {
    if (same(ours.current, peers.current)) {
        return Relation::same;
    }
    const bool we_are_new = plain(ours.current) == just_created || plain(ours.current) == 0;
    const bool peer_is_new = plain(peers.current) == just_created || plain(peers.current) == 0;
    if (we_are_new || peer_is_new) {
        return we_are_new == peer_is_new ? Relation::unrelated
               : peer_is_new             ? Relation::we_are_ahead
                                         : Relation::peer_is_ahead;
    }
    if (descends(ours, peers)) {
        return Relation::we_are_ahead;
    }
    if (descends(peers, ours)) {
        return Relation::peer_is_ahead;
    }
    return common_ancestor(ours, peers) != 0 ? Relation::split_brain : Relation::unrelated;
}

std::uint64_t common_ancestor(const Generation& ours, const Generation& peers) {
    const std::array left{ours.current, ours.bitmap, ours.history[0], ours.history[1]};
    const std::array right{peers.current, peers.bitmap, peers.history[0], peers.history[1]};
    for (const std::uint64_t a : left) {
        for (const std::uint64_t b : right) {
            if (same(a, b)) {
                return plain(a);
            }
        }
    }
    return 0;
}

} // namespace twinsite::mirror
