// Words of the pcs and crmsh forms.
#pragma once

#include <twinsite/site/xml.hpp>

#include <string>
#include <string_view>

namespace twinsite::site {

/// One word for bash: as it is when nothing in it is special, else in single quotes.
std::string shell_word(std::string_view text);

/// One word for crmsh: in double quotes when it has blanks or characters crmsh splits at.
std::string crmsh_word(std::string_view text);

/// XML on one line.
std::string to_line(const Xml& xml);

/// " name=value name=value" of a set of nvpairs, each passed through QUOTE.
template <typename Quote>
std::string pairs_of(const Xml& element, std::string_view set_name, Quote quote) {
    std::string text;
    const Xml* set = element.child(set_name);
    if (set == nullptr) {
        return text;
    }
    for (const Xml& pair : set->children) {
        text += ' ';
        text += quote(pair.get("name"), pair.get("value"));
    }
    return text;
}

} // namespace twinsite::site
