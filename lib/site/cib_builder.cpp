#include "lib/site/cib_builder.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace twinsite::site::cib {

void add_pairs(Xml& parent, std::string_view kind, std::string_view id, const Pairs& pairs) {
    Xml set{std::string(kind), {{"id", std::string(id)}}, {}};
    set.children.reserve(pairs.size());
    for (const auto& [name, value] : pairs) {
        if (!value.empty()) {
            set.add({"nvpair",
                     {{"id", fmt::format("{}-{}", id, name)}, {"name", name}, {"value", value}},
                     {}});
        }
    }
    if (!set.children.empty()) {
        parent.add(std::move(set));
    }
}

void add_operations(Xml& primitive, const std::vector<Operation>& operations) {
    const std::string resource(primitive.get("id"));
    Xml& list = primitive.add({"operations", {}, {}});
    list.children.reserve(operations.size());
    for (const Operation& operation : operations) {
        Xml& op = list.add({"op",
                            {{"id", fmt::format("{}-{}-interval-{}", resource, operation.name,
                                                operation.interval)},
                             {"name", operation.name},
                             {"interval", operation.interval},
                             {"timeout", operation.timeout}},
                            {}});
        if (!operation.role.empty()) {
            op.set("role", operation.role);
        }
    }
}

Xml primitive(std::string_view id, std::string_view klass, std::string_view provider,
              std::string_view type) {
    Xml xml{"primitive", {{"id", std::string(id)}, {"class", std::string(klass)}}, {}};
    if (!provider.empty()) {
        xml.set("provider", provider);
    }
    xml.set("type", type);
    xml.children.reserve(4); // two or three sets of pairs, and the operations
    return xml;
}

Xml location(std::string_view id, std::string_view resource, std::string_view node,
             std::string_view score) {
    return {"rsc_location",
            {{"id", std::string(id)},
             {"rsc", std::string(resource)},
             {"node", std::string(node)},
             {"score", std::string(score)}},
            {}};
}

} // namespace twinsite::site::cib
