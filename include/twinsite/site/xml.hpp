// A piece of XML as a value: what lib/site renders and compares, and lib/cluster reads and writes.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace twinsite::site {

struct Xml {
    std::string name;
    std::vector<std::pair<std::string, std::string>> attributes;
    std::vector<Xml> children;
    /// Domain XML has text in its leaves; it is "" wherever it is blank.
    std::string text = {};

    /// "" when there is none.
    [[nodiscard]] std::string_view get(std::string_view attribute) const;
    [[nodiscard]] bool has(std::string_view attribute) const;
    void set(std::string_view attribute, std::string_view value);

    [[nodiscard]] const Xml* child(std::string_view element) const;
    [[nodiscard]] Xml* child(std::string_view element);
    /// The child element ELEMENT whose attribute id is ID.
    [[nodiscard]] const Xml* child_with_id(std::string_view id) const;
    [[nodiscard]] Xml* child_with_id(std::string_view id);
    /// The first child of that name, made when there is none.
    Xml& ensure(std::string_view element);
    Xml& add(Xml element);

    friend bool operator==(const Xml&, const Xml&) = default;
};

/// Indented text with an end of line after every element.
std::string to_text(const Xml& xml);
/// The same at the end of OUT, as a part of something of which XML is DEPTH levels below the top.
void append_text(std::string& out, const Xml& xml, std::size_t depth);

} // namespace twinsite::site
