#include <twinsite/base/table.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace twinsite {

bool colour_wanted(bool terminal, const char* no_color, const char* term) {
    const std::string_view kind = term == nullptr ? "" : term;
    const bool refused = no_color != nullptr && *no_color != '\0';
    return terminal && !refused && !kind.empty() && kind != "dumb";
}

std::string painted(std::string_view text, Tone tone, bool colour) {
    if (!colour || tone == Tone::plain || text.empty()) {
        return std::string(text);
    }
    const int code = tone == Tone::good ? 32 : (tone == Tone::warning ? 33 : 31);
    return fmt::format("\x1b[{}m{}\x1b[0m", code, text);
}

std::vector<std::string> table_lines(const std::vector<Row>& rows, bool colour) {
    constexpr std::size_t very_long = 32;
    std::vector<std::size_t> widths;
    for (const Row& row : rows) {
        for (std::size_t i = 0; i + 1 < row.size(); ++i) {
            widths.resize(std::max(widths.size(), i + 1), 0);
            const std::size_t length = row[i].text.size();
            widths[i] = length > very_long ? widths[i] : std::max(widths[i], length);
        }
    }
    std::vector<std::string> lines;
    lines.reserve(rows.size());
    for (const Row& row : rows) {
        std::string line;
        std::size_t blanks = 0;
        for (std::size_t i = 0; i < row.size(); ++i) {
            if (!row[i].text.empty()) {
                line += std::string(blanks, ' ') + painted(row[i].text, row[i].tone, colour);
                blanks = 0;
            }
            const std::size_t length = row[i].text.size();
            const std::size_t width = i < widths.size() ? widths[i] : length;
            blanks += (width > length ? width - length : 0) + 2;
        }
        lines.push_back(std::move(line));
    }
    return lines;
}

} // namespace twinsite
