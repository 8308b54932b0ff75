// Values as JSON: the stable interface for programs.
#pragma once

#include "cli/command.hpp"

#include <twinsite/site/finding.hpp>
#include <twinsite/site/movement.hpp>

#include <nlohmann/json.hpp>
#include <vector>

namespace twinsite::cli {

using Json = nlohmann::ordered_json;

Json to_json(const std::vector<site::Finding>& findings);
Json to_json(const std::vector<site::Movement>& movements);

/// On stdout, indented or in one line; bytes that are no UTF-8 are replaced.
void print_json(const Json& json, bool one_line = false);

/// report(), for a command that has more to say: a program gets one document, DOCUMENT with the
/// error in it.
Exit report(const Options& options, const Error& error, Exit exit, Json document);

} // namespace twinsite::cli
