// The element in a live domain's metadata that says which resource the domain belongs to. libvirt
// carries it along with migrations, and keeps it in its status files.
#pragma once

#include "lib/hypervisor/xml_document.hpp"

#include <twinsite/hypervisor/hypervisor.hpp>

#include <string>
#include <string_view>

namespace twinsite::hypervisor {

inline constexpr const char* mark_namespace = "urn:twinsite:vm:1";

/// The resource's name as the mark holds it.
std::string mark_name(std::string_view resource);

/// The element for virDomainSetMetadata.
std::string mark_text(std::string_view resource, Mark mark);

/// What state the element says, as libvirt prints it.
Mark mark_read(std::string_view text);

/// The XML of a domain with this mark instead of any other. Unchanged when it is no XML.
std::string with_mark(const std::string& xml, std::string_view resource, Mark mark);

/// Whether a <domain> carries the mark of this resource.
bool carries_mark(const Element& domain, std::string_view resource);

/// The XML of a domain without anybody's mark. Unchanged when it has none.
std::string without_mark(const std::string& xml);

} // namespace twinsite::hypervisor
