// Text for people: aligned columns, and colour where a terminal shows it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace twinsite {

enum class Tone { plain, good, warning, bad };

/// Whether colour is wanted: on a TERMINAL, unless NO_COLOR (no-color.org) is set to something or
/// TERM is unset or "dumb". The last two as getenv() gives them.
[[nodiscard]] bool colour_wanted(bool terminal, const char* no_color, const char* term);

/// TEXT in TONE's colour, or as it is when COLOUR is false or TONE plain.
[[nodiscard]] std::string painted(std::string_view text, Tone tone, bool colour);

struct Cell {
    std::string text;
    Tone tone = Tone::plain;
};
using Row = std::vector<Cell>;

/// One line for each row, without its end. Columns are aligned, two blanks apart; what is last in
/// its row, or very long, makes its column no wider. No blanks at the end of a line.
[[nodiscard]] std::vector<std::string> table_lines(const std::vector<Row>& rows, bool colour);

} // namespace twinsite
