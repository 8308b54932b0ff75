#include "lib/config/json.hpp"

#include <twinsite/base/text.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>
#include <unordered_set>

namespace twinsite::config {

std::string_view describe(JsonKind kind) {
    switch (kind) {
    case JsonKind::null:
        return "null";
    case JsonKind::boolean:
        return "true or false";
    case JsonKind::integer:
        return "a whole number";
    case JsonKind::real:
        return "a fraction";
    case JsonKind::string:
        return "a string";
    case JsonKind::array:
        return "a list";
    case JsonKind::object:
        return "an object";
    }
    return "null";
}

namespace {

constexpr std::size_t deepest = 32;

/// Builds the tree from the parser's events.
class Builder final : public nlohmann::json_sax<nlohmann::json> {
public:
    std::string error;
    Json root;

    bool null() override { return put(Json{}); }
    bool boolean(bool value) override {
        Json json;
        json.kind = JsonKind::boolean;
        json.boolean = value;
        return put(std::move(json));
    }
    bool number_integer(std::int64_t value) override {
        Json json;
        json.kind = JsonKind::integer;
        json.integer = value;
        return put(std::move(json));
    }
    bool number_unsigned(std::uint64_t value) override {
        if (value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
            return refuse(fmt::format("the number {} is too large", value));
        }
        return number_integer(static_cast<std::int64_t>(value));
    }
    bool number_float(double /*value*/, const std::string& /*text*/) override {
        Json json;
        json.kind = JsonKind::real;
        return put(std::move(json));
    }
    bool string(std::string& value) override {
        Json json;
        json.kind = JsonKind::string;
        json.text = std::move(value);
        return put(std::move(json));
    }
    bool binary(nlohmann::json::binary_t& /*value*/) override { return refuse("binary data"); }
    bool start_object(std::size_t /*size*/) override { return open(JsonKind::object); }
    bool start_array(std::size_t /*size*/) override { return open(JsonKind::array); }
    bool end_object() override { return close(); }
    bool end_array() override { return close(); }
    bool key(std::string& name) override {
        if (!open_.back().names.insert(name).second) {
            return refuse(fmt::format("\"{}\" is given twice in one object", printable(name)));
        }
        open_.back().key = std::move(name);
        return true;
    }
    bool parse_error(std::size_t /*position*/, const std::string& /*last_token*/,
                     const nlohmann::json::exception& problem) override {
        const std::string_view text = problem.what();
        // "[json.exception.parse_error.101] parse error at line 3, column 5: ..." from "at line"
        // on.
        const auto from = text.find("parse error ");
        error = std::string(from == std::string_view::npos ? text : text.substr(from));
        return false;
    }

private:
    struct Level {
        Json json;
        std::string key;
        std::unordered_set<std::string> names;
    };
    std::vector<Level> open_;

    bool refuse(std::string why) {
        error = std::move(why);
        return false;
    }
    bool put(Json json) {
        if (open_.empty()) {
            root = std::move(json);
        } else if (Level& level = open_.back(); level.json.kind == JsonKind::array) {
            level.json.items.push_back(std::move(json));
        } else {
            json.name = std::move(level.key);
            level.json.items.push_back(std::move(json));
        }
        return true;
    }
    bool open(JsonKind kind) {
        if (open_.size() >= deepest) {
            return refuse(fmt::format("nested deeper than {} levels", deepest));
        }
        open_.emplace_back().json.kind = kind;
        return true;
    }
    bool close() {
        Json done = std::move(open_.back().json);
        open_.pop_back();
        return put(std::move(done));
    }
};

} // namespace

Result<Json> parse_json(std::string_view text) {
    Builder builder;
    constexpr bool whole_text = true;
    constexpr bool allow_comments = true;
    if (!nlohmann::json::sax_parse(text.begin(), text.end(), &builder,
                                   nlohmann::json::input_format_t::json, whole_text,
                                   allow_comments)) {
        return fail(ErrorKind::invalid_config, printable(builder.error, 300));
    }
    return std::move(builder.root);
}

} // namespace twinsite::config
