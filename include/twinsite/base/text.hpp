// Text that came from outside, taken apart without trust.
#pragma once

#include <twinsite/base/result.hpp>

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace twinsite {

[[nodiscard]] std::string_view trim(std::string_view text);
[[nodiscard]] std::string to_lower(std::string_view text);

/// The words between runs of any of SEPARATORS; no empty ones.
[[nodiscard]] std::vector<std::string> split(std::string_view text,
                                             std::string_view separators = " \t\r\n");

/// The lines, without their ends; a last line without an end counts.
[[nodiscard]] std::vector<std::string_view> lines(std::string_view text);

[[nodiscard]] std::string join(std::span<const std::string> words, std::string_view separator);

/// A whole decimal number in [LOW, HIGH]: no blanks, no sign but '-', nothing after it.
/// Error invalid_config, naming the text (shortened and made printable).
Result<std::int64_t> parse_integer(std::string_view text, std::int64_t low, std::int64_t high);

/// 1/yes/on/true and 0/no/off/false, case-insensitive, as Pacemaker and fence agents take them.
Result<bool> parse_boolean(std::string_view text);

/// TEXT for a message: control characters as '?', cut to LIMIT characters.
[[nodiscard]] std::string printable(std::string_view text, std::size_t limit = 64);

/// The candidate with the smallest edit distance, or "" when none is near.
[[nodiscard]] std::string nearest(std::string_view word, std::span<const std::string> candidates);

} // namespace twinsite
