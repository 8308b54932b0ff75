// "22:00-05:00" as the date specifications that Pacemaker's rules take.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace twinsite::site {

/// Together they cover the window; fields as in <date_spec>, "" for any.
struct DateSpec {
    std::string hours;
    std::string minutes;

    friend bool operator==(const DateSpec&, const DateSpec&) = default;
};

/// WINDOW is HH:MM-HH:MM, as lib/config has checked it; it may pass midnight.
std::vector<DateSpec> date_specs(std::string_view window);

} // namespace twinsite::site
