#include <twinsite/base/markup.hpp>

namespace twinsite {

namespace {

/// "" for a character that may stand as it is.
std::string_view entity(char c) {
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    default:
        return {};
    }
}

std::string_view blank_reference(char c) {
    switch (c) {
    case '\n':
        return "&#10;";
    case '\t':
        return "&#9;";
    case '\r':
        return "&#13;";
    default:
        return entity(c);
    }
}

template <typename Reference>
void append(std::string& out, std::string_view text, Reference reference) {
    for (const char c : text) {
        const std::string_view instead = reference(c);
        if (instead.empty()) {
            out += c;
        } else {
            out += instead;
        }
    }
}

} // namespace

std::string escape_markup(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    append(out, text, entity);
    return out;
}

void append_escaped_attribute(std::string& out, std::string_view text) {
    append(out, text, blank_reference);
}

} // namespace twinsite
