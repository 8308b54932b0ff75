#include <twinsite/base/text.hpp>
#include <twinsite/site/maintenance.hpp>

namespace twinsite::site {

std::optional<Xml> after_maintenance(const Xml& cib) {
    Xml ended = cib;
    Xml* configuration = ended.child("configuration");
    Xml* properties = configuration == nullptr ? nullptr : configuration->child("crm_config");
    if (properties == nullptr) {
        return {};
    }
    bool on = false;
    for (Xml& set : properties->children) {
        for (Xml& pair : set.children) {
            if (pair.get("name") == "maintenance-mode") {
                on = on || parse_boolean(pair.get("value")).value_or(false);
                pair.set("value", "false");
            }
        }
    }
    return on ? std::optional(std::move(ended)) : std::nullopt;
}

} // namespace twinsite::site
