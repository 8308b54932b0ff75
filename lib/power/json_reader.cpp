#include "json_reader.hpp"

#include <twinsite/base/text.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace twinsite::power {

void JsonView::complain(std::string_view complaint) const {
    throw JsonComplaint{
        fmt::format("{}: {}", path_.empty() ? "/" : printable(path_, 120), complaint)};
}

bool JsonView::has(const char* key) const {
    return value_->is_object() && value_->contains(key);
}

JsonView JsonView::at(const char* key) const {
    require(value_->is_object(), "must be an object");
    require(value_->contains(key), fmt::format("\"{}\" is missing", key));
    return {(*value_)[key], path_ + "/" + key};
}

std::string JsonView::text() const {
    require(value_->is_string(), "must be a text");
    return value_->get<std::string>();
}

std::string JsonView::text_or(const char* key, std::string_view fallback) const {
    return has(key) ? at(key).text() : std::string(fallback);
}

std::int64_t JsonView::number(std::int64_t low, std::int64_t high) const {
    require(value_->is_number_integer(), "must be a whole number");
    const auto number = value_->get<std::int64_t>();
    require(number >= low && number <= high, fmt::format("must be between {} and {}", low, high));
    return number;
}

bool JsonView::flag_or(const char* key, bool fallback) const {
    if (!has(key)) {
        return fallback;
    }
    const JsonView flag = at(key);
    flag.require(flag.value_->is_boolean(), "must be true or false");
    return flag.value_->get<bool>();
}

void JsonView::only(std::initializer_list<const char*> known) const {
    const std::vector<std::string> names(known.begin(), known.end());
    each_member([&](const std::string& key, const JsonView& member) {
        if (std::find(names.begin(), names.end(), key) == names.end()) {
            const std::string near = nearest(key, names);
            member.complain(near.empty() ? "is not a known key"
                                         : fmt::format("is not a known key; \"{}\" is", near));
        }
    });
}

} // namespace twinsite::power
