#include "lib/hypervisor/resource_mark.hpp"

#include <fmt/format.h>

namespace twinsite::hypervisor {

std::string mark_name(std::string_view resource) {
    std::string safe;
    for (const char c : resource) {
        const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                           (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
        safe += plain ? c : '_';
    }
    return safe;
}

std::string mark_text(std::string_view resource, Mark mark) {
    return fmt::format("<resource name=\"{}\"{}/>", mark_name(resource),
                       mark == Mark::in_migration ? " in-migration=\"yes\"" : "");
}

bool carries_mark(const Element& domain, std::string_view resource) {
    const Element mark = domain.child("metadata").child("resource", mark_namespace);
    return mark && mark.attribute("name") == mark_name(resource);
}

std::string without_mark(const std::string& xml) {
    const auto document = parse_xml(xml);
    if (!document) {
        return xml;
    }
    const Element domain = root_of(*document);
    Element metadata = domain.child("metadata");
    Element mark = metadata.child("resource", mark_namespace);
    if (!mark) {
        return xml;
    }
    mark.remove();
    if (metadata.empty()) {
        metadata.remove();
    }
    return domain.dump() + "\n";
}

} // namespace twinsite::hypervisor
