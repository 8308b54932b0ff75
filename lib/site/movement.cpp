#include <twinsite/site/movement.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

namespace twinsite::site {

std::string_view to_string(MovementKind kind) {
    switch (kind) {
    case MovementKind::start:
        return "start";
    case MovementKind::stop:
        return "stop";
    case MovementKind::restart:
        return "restart";
    case MovementKind::migrate:
        return "migrate";
    case MovementKind::promote:
        return "promote";
    case MovementKind::demote:
        return "demote";
    case MovementKind::fence:
        return "fence";
    }
    return "start";
}

std::vector<Movement> travellers(const std::vector<Movement>& movements) {
    std::vector<Movement> found;
    std::copy_if(movements.begin(), movements.end(), std::back_inserter(found),
                 [](const Movement& movement) { return movement.kind == MovementKind::migrate; });
    return found;
}

std::string to_text(const Movement& movement) {
    std::string text = fmt::format("{}: {}", movement.resource, to_string(movement.kind));
    if (!movement.from.empty() && !movement.to.empty() && movement.from != movement.to) {
        text += fmt::format(" {} -> {}", movement.from, movement.to);
    } else if (!movement.to.empty()) {
        text += fmt::format(" on {}", movement.to);
    } else if (!movement.from.empty()) {
        text += fmt::format(" on {}", movement.from);
    }
    if (!movement.reason.empty()) {
        text += fmt::format(" ({})", movement.reason);
    }
    return text;
}

} // namespace twinsite::site
