#include <twinsite/base/text.hpp>
#include <twinsite/site/failback_window.hpp>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace twinsite::site {
namespace {

bool matches(const std::string& field, int value) {
    if (field.empty()) {
        return true;
    }
    const auto ends = split(field, "-");
    const auto low = parse_integer(ends.front(), 0, 59);
    const auto high = parse_integer(ends.back(), 0, 59);
    return low && high && *low <= value && value <= *high;
}

/// Every minute of the day, by the specifications and by the clock.
void expect_exact(int from, int to) {
    const std::string window =
        fmt::format("{:02}:{:02}-{:02}:{:02}", from / 60, from % 60, to / 60, to % 60);
    const auto specs = date_specs(window);
    for (int minute = 0; minute < 24 * 60; ++minute) {
        bool in = false;
        for (const DateSpec& spec : specs) {
            in = in || (matches(spec.hours, minute / 60) && matches(spec.minutes, minute % 60));
        }
        const bool wanted =
            from < to ? minute >= from && minute < to : minute >= from || minute < to;
        ASSERT_EQ(in, wanted) << window << " at minute " << minute;
    }
}

TEST(FailbackWindow, covers_its_minutes_and_no_others) {
    for (const int from : {0, 1, 59, 60, 125, 720, 22 * 60, 22 * 60 + 30, 23 * 60 + 59}) {
        for (const int to : {0, 1, 30, 60, 315, 719, 5 * 60, 22 * 60 + 10, 22 * 60 + 50, 1439}) {
            if (from != to) {
                expect_exact(from, to);
            }
        }
    }
}

} // namespace
} // namespace twinsite::site
