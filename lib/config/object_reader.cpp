#include "lib/config/object_reader.hpp"

#include <twinsite/base/text.hpp>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace twinsite::config {

void Problems::add(std::string_view code, std::string_view path, std::string problem,
                   std::string remedy) {
    findings.push_back({std::string(code), site::Severity::error,
                        path.empty() ? std::string("/") : std::string(path), std::move(problem),
                        std::move(remedy)});
}

std::string below(std::string_view path, std::string_view key) {
    std::string step;
    for (const char c : key) {
        if (c == '~') {
            step += "~0";
        } else if (c == '/') {
            step += "~1";
        } else {
            step += c;
        }
    }
    return fmt::format("{}/{}", path, step);
}

std::string below(std::string_view path, std::size_t index) {
    return fmt::format("{}/{}", path, index);
}

namespace {

bool has_control_characters(std::string_view text) {
    return std::any_of(text.begin(), text.end(),
                       [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

constexpr std::size_t longest_text = 4096;

} // namespace

ObjectReader::ObjectReader(const Json& json, std::string path, Problems& problems)
    : json_(json)
    , path_(std::move(path))
    , problems_(problems) {
    if (json.kind != JsonKind::object) {
        problems_.add("schema-invalid", path_,
                      fmt::format("an object is needed here, not {}", describe(json.kind)),
                      "See docs/topology.md for what belongs here.");
    }
}

const Json* ObjectReader::take(std::string_view key) {
    if (std::find(known_.begin(), known_.end(), key) == known_.end()) {
        known_.emplace_back(key);
    }
    const auto found = std::find_if(json_.items.begin(), json_.items.end(),
                                    [key](const Json& member) { return member.name == key; });
    return found == json_.items.end() ? nullptr : &*found;
}

bool ObjectReader::has(std::string_view key) const {
    return std::any_of(json_.items.begin(), json_.items.end(),
                       [key](const Json& member) { return member.name == key; });
}

void ObjectReader::wrong_kind(std::string_view key, std::string_view wanted, const Json& found) {
    problems_.add("schema-invalid", at(key),
                  fmt::format("{} is needed here, not {}", wanted, describe(found.kind)),
                  fmt::format("Write {} for \"{}\".", wanted, printable(key)));
}

std::string ObjectReader::required_string(std::string_view key) {
    const Json* found = take(key);
    if (found == nullptr) {
        if (json_.kind == JsonKind::object) {
            problems_.add("schema-invalid", path_, fmt::format("\"{}\" is missing", key),
                          fmt::format("Add \"{}\".", key));
        }
        return {};
    }
    std::string text = string(key);
    if (text.empty() && found->kind == JsonKind::string) {
        problems_.add("schema-invalid", at(key), "it must not be empty",
                      fmt::format("Give \"{}\" a value.", key));
    }
    return text;
}

std::string ObjectReader::string(std::string_view key, std::string_view fallback) {
    const Json* found = take(key);
    if (found == nullptr) {
        return std::string(fallback);
    }
    if (found->kind != JsonKind::string) {
        wrong_kind(key, "a string", *found);
        return std::string(fallback);
    }
    const bool control = has_control_characters(found->text);
    if (control || found->text.size() > longest_text) {
        problems_.add("schema-invalid", at(key),
                      control ? "control characters are not allowed" : "the text is too long",
                      fmt::format("Correct \"{}\".", key));
        return std::string(fallback);
    }
    return found->text;
}

std::string ObjectReader::one_of(std::string_view key,
                                 std::initializer_list<std::string_view> allowed,
                                 std::string_view fallback) {
    std::string text = string(key, fallback);
    if (std::find(allowed.begin(), allowed.end(), text) != allowed.end()) {
        return text;
    }
    const std::vector<std::string> words(allowed.begin(), allowed.end());
    const std::string near = nearest(text, words);
    problems_.add("schema-invalid", at(key),
                  fmt::format("\"{}\" is not one of: {}", printable(text), join(words, ", ")),
                  near.empty() ? fmt::format("Use one of: {}.", join(words, ", "))
                               : fmt::format("Did you mean \"{}\"?", near));
    return std::string(fallback);
}

std::int64_t ObjectReader::integer(std::string_view key, std::int64_t low, std::int64_t high,
                                   std::int64_t fallback) {
    const Json* found = take(key);
    if (found == nullptr) {
        return fallback;
    }
    if (found->kind != JsonKind::integer) {
        wrong_kind(key, "a whole number", *found);
        return fallback;
    }
    if (found->integer < low || found->integer > high) {
        problems_.add("schema-invalid", at(key),
                      fmt::format("{} is not between {} and {}", found->integer, low, high),
                      fmt::format("Write a number from {} to {}.", low, high));
        return fallback;
    }
    return found->integer;
}

std::int64_t ObjectReader::required_integer(std::string_view key, std::int64_t low,
                                            std::int64_t high) {
    if (take(key) == nullptr && json_.kind == JsonKind::object) {
        problems_.add("schema-invalid", path_, fmt::format("\"{}\" is missing", key),
                      fmt::format("Add \"{}\".", key));
    }
    return integer(key, low, high, low);
}

bool ObjectReader::boolean(std::string_view key, bool fallback) {
    const Json* found = take(key);
    if (found == nullptr) {
        return fallback;
    }
    if (found->kind != JsonKind::boolean) {
        wrong_kind(key, "true or false", *found);
        return fallback;
    }
    return found->boolean;
}

std::vector<std::string> ObjectReader::strings(std::string_view key) {
    std::vector<std::string> all;
    const Json* list = value(key, JsonKind::array, false);
    if (list == nullptr) {
        return all;
    }
    for (std::size_t i = 0; i < list->items.size(); ++i) {
        const Json& item = list->items[i];
        if (item.kind != JsonKind::string || item.text.empty()) {
            problems_.add("schema-invalid", below(at(key), i),
                          fmt::format("a string is needed here, not {}",
                                      item.text.empty() && item.kind == JsonKind::string
                                          ? "an empty one"
                                          : describe(item.kind)),
                          "Write a string.");
            continue;
        }
        if (has_control_characters(item.text) || item.text.size() > longest_text) {
            problems_.add("schema-invalid", below(at(key), i),
                          "control characters and very long texts are not allowed",
                          "Correct the text.");
            continue;
        }
        all.push_back(item.text);
    }
    return all;
}

const Json* ObjectReader::value(std::string_view key, JsonKind kind, bool required) {
    const Json* found = take(key);
    if (found == nullptr) {
        if (required && json_.kind == JsonKind::object) {
            problems_.add("schema-invalid", path_, fmt::format("\"{}\" is missing", key),
                          fmt::format("Add \"{}\".", key));
        }
        return nullptr;
    }
    if (found->kind != kind) {
        wrong_kind(key, describe(kind), *found);
        return nullptr;
    }
    return found;
}

const Json* ObjectReader::any(std::string_view key) {
    return take(key);
}

void ObjectReader::finish() {
    for (const Json& member : json_.items) {
        const std::string& key = member.name;
        if (std::find(known_.begin(), known_.end(), key) != known_.end()) {
            continue;
        }
        const std::string near = nearest(key, known_);
        problems_.add("schema-invalid", at(key),
                      near.empty() ? fmt::format("unknown key \"{}\"", printable(key))
                                   : fmt::format("unknown key \"{}\"; did you mean \"{}\"?",
                                                 printable(key), near),
                      near.empty() ? fmt::format("Remove it; known here: {}.", join(known_, ", "))
                                   : fmt::format("Write \"{}\", or remove it.", near));
    }
}

} // namespace twinsite::config
