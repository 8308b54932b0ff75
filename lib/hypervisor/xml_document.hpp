// libxml2, as little of it as reading a small trusted-by-nobody document takes.
#pragma once

#include <twinsite/base/handle.hpp>
#include <twinsite/base/result.hpp>

#include <libxml/tree.h>

#include <string>
#include <string_view>
#include <vector>

namespace twinsite::hypervisor {

using XmlDocument = CHandle<xmlDoc, xmlFreeDoc>;

/// No network, no document type, no entities but the five of XML, libxml2's own depth limit.
Result<XmlDocument> parse_xml(std::string_view text);
/// The same of XML that is broken: as much as could be read.
Result<XmlDocument> parse_xml_fragment(std::string_view text);

/// A view of one element; empty when there is none, and then everything about it is empty.
class Element {
public:
    explicit Element(const xmlNode* node = nullptr)
        : node_(node) {}

    explicit operator bool() const { return node_ != nullptr; }
    [[nodiscard]] bool is(std::string_view name) const;
    /// The first child element of this name.
    [[nodiscard]] Element child(std::string_view name) const;
    /// The same in a namespace, given by its URI.
    [[nodiscard]] Element child(std::string_view name, std::string_view space) const;
    [[nodiscard]] std::vector<Element> children(std::string_view name) const;
    [[nodiscard]] std::string attribute(const char* name) const;
    /// The text, trimmed.
    [[nodiscard]] std::string text() const;
    /// The element as XML again.
    [[nodiscard]] std::string dump() const;
    /// Whether nothing is in it.
    [[nodiscard]] bool empty() const { return node_ == nullptr || node_->children == nullptr; }
    /// Append a copy of the element that XML, which is well-formed, consists of.
    Element add(std::string_view xml);
    /// Take the element out of its document; this view is empty afterwards.
    void remove();

private:
    const xmlNode* node_;
};

Element root_of(const XmlDocument& document);

} // namespace twinsite::hypervisor
