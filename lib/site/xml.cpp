#include <twinsite/base/markup.hpp>
#include <twinsite/site/xml.hpp>

#include <algorithm>

namespace twinsite::site {

std::string_view Xml::get(std::string_view attribute) const {
    for (const auto& [key, value] : attributes) {
        if (key == attribute) {
            return value;
        }
    }
    return {};
}

bool Xml::has(std::string_view attribute) const {
    return std::any_of(attributes.begin(), attributes.end(),
                       [attribute](const auto& pair) { return pair.first == attribute; });
}

void Xml::set(std::string_view attribute, std::string_view value) {
    for (auto& [key, old] : attributes) {
        if (key == attribute) {
            old = value;
            return;
        }
    }
    attributes.emplace_back(attribute, value);
}

const Xml* Xml::child(std::string_view element) const {
    const auto found = std::find_if(children.begin(), children.end(),
                                    [element](const Xml& xml) { return xml.name == element; });
    return found == children.end() ? nullptr : &*found;
}

Xml* Xml::child(std::string_view element) {
    return const_cast<Xml*>(std::as_const(*this).child(element));
}

const Xml* Xml::child_with_id(std::string_view id) const {
    const auto found = std::find_if(children.begin(), children.end(),
                                    [id](const Xml& xml) { return xml.get("id") == id; });
    return found == children.end() ? nullptr : &*found;
}

Xml* Xml::child_with_id(std::string_view id) {
    return const_cast<Xml*>(std::as_const(*this).child_with_id(id));
}

Xml& Xml::ensure(std::string_view element) {
    if (Xml* found = child(element)) {
        return *found;
    }
    return add({std::string(element), {}, {}});
}

Xml& Xml::add(Xml element) {
    children.push_back(std::move(element));
    return children.back();
}

void append_text(std::string& out, const Xml& xml, std::size_t depth) {
    out.append(depth * 2, ' ');
    out += '<';
    out += xml.name;
    for (const auto& [key, value] : xml.attributes) {
        out += ' ';
        out += key;
        out += "=\"";
        append_escaped_attribute(out, value);
        out += '"';
    }
    if (xml.children.empty() && xml.text.empty()) {
        out += "/>\n";
        return;
    }
    out += ">";
    if (xml.children.empty()) {
        append_escaped_attribute(out, xml.text);
        out += "</";
        out += xml.name;
        out += ">\n";
        return;
    }
    out += "\n";
    for (const Xml& child : xml.children) {
        append_text(out, child, depth + 1);
    }
    out.append(depth * 2, ' ');
    out += "</";
    out += xml.name;
    out += ">\n";
}

std::string to_text(const Xml& xml) {
    std::string out;
    append_text(out, xml, 0);
    return out;
}

} // namespace twinsite::site
