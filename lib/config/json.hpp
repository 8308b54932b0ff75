// JSON as it was written: members in the file's order, duplicates refused.
#pragma once

#include <twinsite/base/result.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace twinsite::config {

enum class JsonKind { null, boolean, integer, real, string, array, object };

/// "a string", "an object": for messages.
std::string_view describe(JsonKind kind);

struct Json {
    JsonKind kind = JsonKind::null;
    bool boolean = false;
    std::int64_t integer = 0;
    std::string text;        ///< of a string
    std::string name;        ///< of a member of an object
    std::vector<Json> items; ///< of an array, or the members of an object
};

/// Comments (// and /* */) are allowed. Errors: invalid_config for a syntax error, a member named
/// twice, or nesting deeper than 32.
Result<Json> parse_json(std::string_view text);

} // namespace twinsite::config
