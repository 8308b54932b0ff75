#include "lib/cluster/xml_bridge.hpp"

#include <twinsite/base/text.hpp>
#include <twinsite/cluster/configuration.hpp>

#include <libxml/parser.h>

#include <limits>

namespace twinsite::cluster {

namespace {

std::string text_of(const xmlChar* text) {
    return text == nullptr ? std::string{} : std::string(reinterpret_cast<const char*>(text));
}

using XmlDocument = CHandle<xmlDoc, xmlFreeDoc>;

Result<XmlDocument> parse(std::string_view text) {
    if (text.size() > static_cast<std::size_t>(std::numeric_limits<int>::max())) {
        return fail(ErrorKind::invalid_config, "the XML is too large");
    }
    // No network, no external entities; libxml2's own limits against entity bombs stay on.
    XmlDocument document(xmlReadMemory(text.data(), static_cast<int>(text.size()), nullptr, nullptr,
                                       XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING |
                                           XML_PARSE_NOBLANKS));
    if (!document || xmlDocGetRootElement(document.get()) == nullptr) {
        return fail(ErrorKind::invalid_config, "this is no well-formed XML");
    }
    return document;
}

} // namespace

site::Xml from_tree(const xmlNode* tree) {
    site::Xml xml;
    xml.name = text_of(tree->name);
    for (const xmlAttr* attribute = tree->properties; attribute != nullptr;
         attribute = attribute->next) {
        xml.attributes.emplace_back(
            text_of(attribute->name),
            attribute->children == nullptr ? std::string{} : text_of(attribute->children->content));
    }
    for (const xmlNode* child = tree->children; child != nullptr; child = child->next) {
        if (child->type == XML_ELEMENT_NODE) {
            xml.children.push_back(from_tree(child));
        } else if (child->type == XML_TEXT_NODE) {
            xml.text += trim(text_of(child->content));
        }
    }
    return xml;
}

Result<XmlTree> to_tree(const site::Xml& xml) {
    XmlTree tree(string2xml(site::to_text(xml).c_str()));
    if (!tree) {
        return fail(ErrorKind::internal, "the configuration could not be turned into XML");
    }
    return tree;
}

Result<site::Xml> parse_xml(std::string_view text) {
    const auto document = parse(text);
    if (!document) {
        return fail(document.error());
    }
    return from_tree(xmlDocGetRootElement(document->get()));
}

Result<site::Xml> parse_cib(std::string_view text) {
    auto xml = parse_xml(text);
    if (xml && xml->name != "cib") {
        return fail(ErrorKind::invalid_config, "this XML is no CIB");
    }
    return xml;
}

} // namespace twinsite::cluster
