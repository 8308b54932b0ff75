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

void print_json(const Json& json) {
    constexpr int indent = 2;
    fmt::print("{}\n", json.dump(indent, ' ', false, Json::error_handler_t::replace));
}

} // namespace twinsite::cli
