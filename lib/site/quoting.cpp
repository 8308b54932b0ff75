#include "lib/site/quoting.hpp"

#include <algorithm>

namespace twinsite::site {

namespace {

bool only_plain(std::string_view text, std::string_view extra) {
    return !text.empty() && std::all_of(text.begin(), text.end(), [extra](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               extra.find(c) != std::string_view::npos;
    });
}

} // namespace

std::string shell_word(std::string_view text) {
    if (only_plain(text, "-_./:,=@+%")) {
        return std::string(text);
    }
    std::string quoted = "'";
    for (const char c : text) {
        if (c == '\'') {
            quoted += "'\\''";
        } else {
            quoted += c;
        }
    }
    return quoted + "'";
}

std::string crmsh_word(std::string_view text) {
    if (only_plain(text, "-_./:,@+%")) {
        return std::string(text);
    }
    std::string quoted = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') {
            quoted += '\\';
        }
        quoted += c;
    }
    return quoted + "\"";
}

std::string to_line(const Xml& xml) {
    std::string line;
    bool at_start = true; // of a line, where only indentation is
    for (const char c : to_text(xml)) {
        at_start = c == '\n' || (at_start && c == ' ');
        if (!at_start) {
            line += c;
        }
    }
    return line;
}

} // namespace twinsite::site
