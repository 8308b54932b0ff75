#include "cli/json.hpp"

#include <fmt/format.h>

namespace twinsite::cli {

Json to_json(const std::vector<site::Finding>& findings) {
    Json list = Json::array();
    for (const site::Finding& finding : findings) {
        list.push_back({{"code", finding.code},
                        {"severity", std::string(site::to_string(finding.severity))},
                        {"where", finding.where},
                        {"problem", finding.problem},
                        {"remedy", finding.remedy}});
    }
    return list;
}

Json to_json(const std::vector<site::Movement>& movements) {
    Json list = Json::array();
    for (const site::Movement& movement : movements) {
        list.push_back({{"resource", movement.resource},
                        {"kind", std::string(site::to_string(movement.kind))},
                        {"from", movement.from},
                        {"to", movement.to},
                        {"reason", movement.reason}});
    }
    return list;
}

void print_json(const Json& json, bool one_line) {
    const int indent = one_line ? -1 : 2;
    fmt::print("{}\n", json.dump(indent, ' ', false, Json::error_handler_t::replace));
}

Exit report(const Options& options, const Error& error, Exit exit, Json document) {
    if (options.json) {
        document["error"] = {{"kind", std::string(to_string(error.kind))},
                             {"message", error.message}};
        print_json(document, options.one_line);
    }
    fmt::print(stderr, "twinsite: {}\n", error.message);
    return exit;
}

} // namespace twinsite::cli
