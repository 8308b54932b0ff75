#include "lab/scenario/cluster_view.hpp"

#include <twinsite/base/handle.hpp>
#include <twinsite/base/text.hpp>

#include <fmt/format.h>
#include <libxml/parser.h>
#include <libxml/xpath.h>

#include <algorithm>
#include <functional>

namespace twinsite::lab {

namespace {

using Document = CHandle<xmlDoc, xmlFreeDoc>;
using Context = CHandle<xmlXPathContext, xmlXPathFreeContext>;
using Matches = CHandle<xmlXPathObject, xmlXPathFreeObject>;

const xmlChar* xml(const char* text) {
    return reinterpret_cast<const xmlChar*>(text);
}

std::string attribute(xmlNode* node, const char* name) {
    xmlChar* value = xmlGetProp(node, xml(name));
    if (value == nullptr) {
        return {};
    }
    std::string text(reinterpret_cast<const char*>(value));
    xmlFree(value);
    return text;
}

void for_each(xmlXPathContext* context, const char* path,
              const std::function<void(xmlNode*)>& visit) {
    const Matches matches(xmlXPathEvalExpression(xml(path), context));
    if (!matches || matches->nodesetval == nullptr) {
        return;
    }
    for (int i = 0; i < matches->nodesetval->nodeNr; ++i) {
        visit(matches->nodesetval->nodeTab[i]);
    }
}

} // namespace

bool ClusterView::all_online() const {
    return std::all_of(nodes.begin(), nodes.end(), [](const auto& entry) {
        return entry.second.online && !entry.second.unclean;
    });
}

std::string ClusterView::where(std::string_view resource) const {
    const auto found = running.find(std::string(resource));
    return found == running.end() ? std::string() : found->second;
}

Result<ClusterView> parse_crm_mon(std::string_view text) {
    const Document document(
        xmlReadMemory(text.data(), static_cast<int>(text.size()), "crm_mon", nullptr,
                      XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING));
    if (!document) {
        return fail(ErrorKind::protocol, "crm_mon printed no XML");
    }
    const Context context(xmlXPathNewContext(document.get()));
    ClusterView view;
    for_each(context.get(), "/*/summary/current_dc",
             [&](xmlNode* node) { view.quorate = attribute(node, "with_quorum") == "true"; });
    for_each(context.get(), "/*/nodes/node", [&](xmlNode* node) {
        view.nodes[attribute(node, "name")] = {attribute(node, "online") == "true",
                                               attribute(node, "unclean") == "true",
                                               attribute(node, "standby") == "true"};
    });
    for_each(context.get(), "/*/resources//resource[@active='true']/node", [&](xmlNode* node) {
        const std::string resource = attribute(node->parent, "id");
        view.running[resource] = attribute(node, "name");
        const std::string role = attribute(node->parent, "role");
        if (role == "Promoted" || role == "Master") {
            view.promoted[resource] = attribute(node, "name");
        }
    });
    for_each(context.get(), "/*/failures/failure", [&](xmlNode* node) {
        view.failures.push_back(fmt::format("{} on {}: {} {}", attribute(node, "op_key"),
                                            attribute(node, "node"), attribute(node, "exitstatus"),
                                            attribute(node, "exitreason")));
    });
    for_each(context.get(), "/*/fence_history/fence_event[@status='success']", [&](xmlNode* node) {
        std::string& last = view.fenced[attribute(node, "target")];
        last = std::max(last, attribute(node, "completed"));
    });
    return view;
}

std::map<unsigned, MirrorState> parse_proc_drbd(std::string_view text) {
    std::map<unsigned, MirrorState> mirrors;
    for (const std::string_view line : lines(text)) {
        const auto words = split(line);
        if (words.size() < 4 || !words[0].ends_with(':') || !words[1].starts_with("cs:")) {
            continue;
        }
        const auto minor = parse_integer(words[0].substr(0, words[0].size() - 1), 0, 1048575);
        if (minor && words[2].starts_with("ro:") && words[3].starts_with("ds:")) {
            mirrors[static_cast<unsigned>(*minor)] = {words[1].substr(3), words[2].substr(3),
                                                      words[3].substr(3)};
        }
    }
    return mirrors;
}

} // namespace twinsite::lab
