#include "lib/site/constraint_words.hpp"

#include <twinsite/base/text.hpp>

#include <algorithm>

namespace twinsite::site {

std::optional<std::int64_t> score_of(std::string_view text) {
    const std::string lower = to_lower(text);
    if (lower == "infinity" || lower == "+infinity" || lower == "inf" || lower == "+inf") {
        return infinite_score;
    }
    if (lower == "-infinity" || lower == "-inf") {
        return -infinite_score;
    }
    const auto number =
        parse_integer(text.starts_with('+') ? text.substr(1) : text, -2'000'000'000, 2'000'000'000);
    return number ? std::optional(std::clamp(*number, -infinite_score, infinite_score))
                  : std::nullopt;
}

bool is_promoted_role(std::string_view role) {
    const std::string lower = to_lower(role);
    return lower == "promoted" || lower == "master";
}

bool is_leftover_move(std::string_view constraint_id) {
    return constraint_id.starts_with("cli-prefer-") || constraint_id.starts_with("cli-ban-") ||
           constraint_id.starts_with("cli-standby-");
}

std::optional<std::string_view> beginning_of_pattern(std::string_view pattern) {
    if (pattern.ends_with(".*")) {
        pattern.remove_suffix(2); // it says nothing more
    }
    if (!pattern.starts_with('^') ||
        pattern.find_first_of("^$*+?()[]{}|\\.", 1) != std::string_view::npos) {
        return std::nullopt;
    }
    return pattern.substr(1);
}

std::vector<std::string> members_of(const Xml& resource_set) {
    std::vector<std::string> members;
    for (const Xml& reference : resource_set.children) {
        if (reference.name == "resource_ref") {
            members.emplace_back(reference.get("id"));
        }
    }
    return members;
}

} // namespace twinsite::site
