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

namespace {

std::string_view state_attribute(Mark mark) {
    switch (mark) {
    case Mark::settled:
        return "";
    case Mark::in_migration:
        return " in-migration=\"yes\"";
    case Mark::in_start:
        return " in-start=\"yes\"";
    }
    return "";
}

} // namespace

std::string mark_text(std::string_view resource, Mark mark) {
    return fmt::format("<resource name=\"{}\"{}/>", mark_name(resource), state_attribute(mark));
}

Mark mark_read(std::string_view text) {
    if (text.find(" in-migration=") != std::string_view::npos) {
        return Mark::in_migration;
    }
    return text.find(" in-start=") != std::string_view::npos ? Mark::in_start : Mark::settled;
}

std::string with_mark(const std::string& xml, std::string_view resource, Mark mark) {
    const auto document = parse_xml(xml);
    if (!document) {
        return xml;
    }
    Element domain = root_of(*document);
    Element metadata = domain.child("metadata");
    if (!metadata) {
        metadata = domain.add("<metadata/>");
    }
    metadata.child("resource", mark_namespace).remove();
    metadata.add(fmt::format("<twinsite:resource xmlns:twinsite=\"{}\" name=\"{}\"{}/>",
                             mark_namespace, mark_name(resource), state_attribute(mark)));
    return domain.dump() + "\n";
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
