#include "lib/site/ownership.hpp"

#include <twinsite/site/names.hpp>

namespace twinsite::site {

std::unordered_set<std::string> owned_resources(const Xml& configuration) {
    std::unordered_set<std::string> owned;
    const Xml* tags = configuration.child("tags");
    const Xml* tag = tags == nullptr ? nullptr : tags->child_with_id(ownership_tag);
    if (tag != nullptr) {
        for (const Xml& reference : tag->children) {
            owned.emplace(reference.get("id"));
        }
    }
    return owned;
}

bool is_owned(const std::unordered_set<std::string>& owned, const importing::Item& item) {
    return owned.contains(item.id) || owned.contains(item.group) || owned.contains(item.clone);
}

} // namespace twinsite::site
