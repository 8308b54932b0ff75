#include "lib/hypervisor/xml_document.hpp"

#include <twinsite/base/text.hpp>

#include <fmt/format.h>
#include <libxml/parser.h>
#include <libxml/parserInternals.h>
#include <libxml/tree.h>

#include <climits>
#include <utility>

namespace twinsite::hypervisor {

namespace {

/// libvirt itself takes no more than this either.
constexpr std::size_t text_limit = 4UL * 1024UL * 1024UL;

using ParserContext = CHandle<xmlParserCtxt, xmlFreeParserCtxt>;
using XmlText = CHandle<xmlChar, [](xmlChar* text) { xmlFree(text); }>;

/// Called at "<!DOCTYPE": nothing of it is read, so there is no entity that could be expanded.
void refuse_document_type(void* context, const xmlChar*, const xmlChar*, const xmlChar*) {
    auto* parser = static_cast<xmlParserCtxt*>(context);
    *static_cast<bool*>(parser->_private) = true;
    xmlStopParser(parser);
}

std::string view(const xmlChar* text) {
    return text == nullptr ? std::string() : reinterpret_cast<const char*>(text);
}

std::string complaint(const xmlParserCtxt& parser) {
    const xmlError& error = parser.lastError;
    return fmt::format("line {}: {}", error.line,
                       printable(trim(error.message == nullptr ? "unreadable" : error.message)));
}

Result<XmlDocument> parse(std::string_view text, int options) {
    if (trim(text).empty()) {
        return fail(ErrorKind::invalid_config, "the XML is empty");
    }
    if (text.size() > text_limit || text.find('\0') != std::string_view::npos) {
        return fail(ErrorKind::invalid_config, "this is no domain XML: too large, or binary");
    }
    const ParserContext parser(xmlNewParserCtxt());
    if (!parser) {
        return fail(ErrorKind::internal, "libxml2 gives no parser");
    }
    bool document_type = false;
    parser->_private = &document_type;
    parser->sax->internalSubset = refuse_document_type;
    XmlDocument document(xmlCtxtReadMemory(
        parser.get(), text.data(), static_cast<int>(text.size()), nullptr, nullptr,
        options | XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING | XML_PARSE_NOBLANKS));
    if (document_type) {
        return fail(ErrorKind::invalid_config, "a document type (<!DOCTYPE>) is not allowed");
    }
    if (!document || xmlDocGetRootElement(document.get()) == nullptr) {
        return fail(ErrorKind::invalid_config, complaint(*parser));
    }
    return document;
}

} // namespace

Result<XmlDocument> parse_xml(std::string_view text) {
    return parse(text, 0);
}

Result<XmlDocument> parse_xml_fragment(std::string_view text) {
    return parse(text, XML_PARSE_RECOVER);
}

bool Element::is(std::string_view name) const {
    return node_ != nullptr && node_->type == XML_ELEMENT_NODE && node_->ns == nullptr &&
           view(node_->name) == name;
}

Element Element::child(std::string_view name) const {
    for (const xmlNode* node = node_ == nullptr ? nullptr : node_->children; node != nullptr;
         node = node->next) {
        if (Element(node).is(name)) {
            return Element(node);
        }
    }
    return Element();
}

Element Element::child(std::string_view name, std::string_view space) const {
    for (const xmlNode* node = node_ == nullptr ? nullptr : node_->children; node != nullptr;
         node = node->next) {
        if (node->type == XML_ELEMENT_NODE && node->ns != nullptr && view(node->name) == name &&
            view(node->ns->href) == space) {
            return Element(node);
        }
    }
    return Element();
}

std::vector<Element> Element::children(std::string_view name) const {
    std::vector<Element> all;
    for (const xmlNode* node = node_ == nullptr ? nullptr : node_->children; node != nullptr;
         node = node->next) {
        if (Element(node).is(name)) {
            all.emplace_back(node);
        }
    }
    return all;
}

std::string Element::attribute(const char* name) const {
    if (node_ == nullptr) {
        return {};
    }
    const XmlText value(xmlGetNoNsProp(node_, reinterpret_cast<const xmlChar*>(name)));
    return view(value.get());
}

std::string Element::text() const {
    if (node_ == nullptr) {
        return {};
    }
    const XmlText content(xmlNodeGetContent(node_));
    return std::string(trim(view(content.get())));
}

std::string Element::dump() const {
    if (node_ == nullptr) {
        return {};
    }
    const CHandle<xmlBuffer, xmlBufferFree> buffer(xmlBufferCreate());
    // libxml2 does not change the node; its interface just does not say so.
    if (!buffer || xmlNodeDump(buffer.get(), node_->doc, const_cast<xmlNode*>(node_), 0, 1) < 0) {
        return {};
    }
    return view(xmlBufferContent(buffer.get()));
}

Element Element::add(std::string_view xml) {
    const auto document = parse_xml(xml);
    if (node_ == nullptr || !document) {
        return Element();
    }
    // The document is ours; only its views are read-only.
    auto* node = const_cast<xmlNode*>(node_);
    return Element(
        xmlAddChild(node, xmlDocCopyNode(xmlDocGetRootElement(document->get()), node->doc, 1)));
}

void Element::remove() {
    // The document is ours; only its views are read-only.
    auto* node = const_cast<xmlNode*>(std::exchange(node_, nullptr));
    if (node != nullptr) {
        xmlUnlinkNode(node);
        xmlFreeNode(node);
    }
}

Element root_of(const XmlDocument& document) {
    return Element(xmlDocGetRootElement(document.get()));
}

} // namespace twinsite::hypervisor
