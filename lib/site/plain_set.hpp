// Sets of name and value in a CIB.
#pragma once

#include <twinsite/site/xml.hpp>

#include <string_view>

namespace twinsite::site {

/// A first set of that kind that applies always (one with a rule is the admin's own).
inline Xml* plain_set(Xml& element, std::string_view kind) {
    for (Xml& child : element.children) {
        if (child.name == kind && child.child("rule") == nullptr) {
            return &child;
        }
    }
    return nullptr;
}

} // namespace twinsite::site
