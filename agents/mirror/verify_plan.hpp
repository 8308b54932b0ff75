// When both copies are compared with each other. Pure.
#pragma once

#include <twinsite/base/result.hpp>
#include <twinsite/mirror/decision.hpp>
#include <twinsite/mirror/memory.hpp>

#include <string>
#include <string_view>

namespace twinsite::mirror {

/// Minutes of the day, local time; BEGIN == END: all day. A window may span midnight.
struct DayWindow {
    int begin = 0;
    int end = 0;

    [[nodiscard]] bool holds(int minute) const;
    friend bool operator==(const DayWindow&, const DayWindow&) = default;
};

/// "22:00-05:00", "" for all day. Error: invalid_config.
Result<DayWindow> parse_window(std::string_view text);

struct VerifyPlan {
    int every_days = 0; ///< 0: never
    DayWindow window{};
};

enum class VerifyStep {
    none,
    begin,     ///< start a run now
    ended,     ///< the run that was begun has come to its end
    reported,  ///< it has, and DRBD's handler has noted what it found
    abandoned, ///< the run that was begun was cut off, or may have been: nothing is known
};

struct VerifyMoment {
    const Observation& seen;
    const Assessment& now;
    std::string link; ///< what tells this unbroken connection from every other, "": not known
    UnixTime time = 0;
    int minute_of_day = 0;
};

/// DRBD does not say whether a comparison ran to its end. It did when nothing broke it off: the
/// connection is the one it was begun on, and this side is still promoted and whole.
VerifyStep next_verify_step(const VerifyPlan& plan, const Memory& memory,
                            const VerifyMoment& moment);

} // namespace twinsite::mirror
