// Values as JSON: the stable interface for programs.
#pragma once

#include <twinsite/site/finding.hpp>
#include <twinsite/site/movement.hpp>

#include <nlohmann/json.hpp>
#include <vector>

namespace twinsite::cli {

using Json = nlohmann::ordered_json;

Json to_json(const std::vector<site::Finding>& findings);
Json to_json(const std::vector<site::Movement>& movements);

/// On stdout, indented; bytes that are no UTF-8 are replaced.
void print_json(const Json& json);

} // namespace twinsite::cli
