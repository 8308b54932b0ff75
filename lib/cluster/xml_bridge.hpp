// Between libxml2's trees and Xml values.
#pragma once

#include <twinsite/base/handle.hpp>
#include <twinsite/base/result.hpp>
#include <twinsite/site/xml.hpp>

#include <crm/common/xml.h>

namespace twinsite::cluster {

using XmlTree = CHandle<xmlNode, free_xml>;

site::Xml from_tree(const xmlNode* tree);
/// Error internal when libxml2 cannot.
Result<XmlTree> to_tree(const site::Xml& xml);

} // namespace twinsite::cluster
