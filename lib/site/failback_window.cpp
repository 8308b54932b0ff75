#include <twinsite/base/text.hpp>
#include <twinsite/site/failback_window.hpp>

#include <fmt/format.h>

namespace twinsite::site {

namespace {

constexpr int day = 24;

int number(std::string_view text) {
    return static_cast<int>(parse_integer(text, 0, 59).value_or(0));
}

std::string range(int from, int to) {
    return from == to ? std::to_string(from) : fmt::format("{}-{}", from, to);
}

/// Whole hours from FROM up to, without, TO; both 0..23, TO may be smaller (past midnight).
void add_hours(int from, int to, std::vector<DateSpec>& specs) {
    if (from == to) {
        return;
    }
    if (from < to) {
        specs.push_back({range(from, to - 1), ""});
        return;
    }
    specs.push_back({range(from, day - 1), ""});
    if (to > 0) {
        specs.push_back({range(0, to - 1), ""});
    }
}

} // namespace

std::vector<DateSpec> date_specs(std::string_view window) {
    std::vector<DateSpec> specs;
    constexpr std::size_t length = 11; // HH:MM-HH:MM
    if (window.size() != length) {
        return specs;
    }
    const int from_hour = number(window.substr(0, 2));
    const int from_minute = number(window.substr(3, 2));
    const int to_hour = number(window.substr(6, 2));
    const int to_minute = number(window.substr(9, 2));
    if (from_hour == to_hour && from_minute < to_minute) {
        return {{std::to_string(from_hour), range(from_minute, to_minute - 1)}};
    }
    int first_whole = from_hour;
    if (from_minute > 0) {
        specs.push_back({std::to_string(from_hour), range(from_minute, 59)});
        first_whole = (from_hour + 1) % day;
    }
    add_hours(first_whole, to_hour, specs);
    if (to_minute > 0) {
        specs.push_back({std::to_string(to_hour), range(0, to_minute - 1)});
    }
    return specs;
}

} // namespace twinsite::site
