// What the counting guests printed, and what it proves.
#pragma once

#include <twinsite/base/deadline.hpp>

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

namespace twinsite::lab {

/// One line of a guest (lab/guest/counter.S) on one node.
struct GuestLine {
    enum class Kind { acknowledged, booted, io_error };

    TimePoint at;
    std::string node;
    Kind kind = Kind::acknowledged;
    std::uint64_t number = 0; ///< of an acknowledged write
};

/// One guest's lines, in the order of their arrival.
using GuestHistory = std::vector<GuestLine>;

/// "123." is acknowledged write 123, "boot" a cold start; a line that died half-way is nothing.
bool parse_guest_line(std::string_view text, GuestLine& line);

/// What happened to one guest between two moments.
struct GuestReport {
    double longest_pause = 0;      ///< seconds without an acknowledged write, up to the end
    unsigned restarts = 0;         ///< cold starts
    unsigned migrations = 0;       ///< changes of node without a cold start
    std::uint64_t lost_writes = 0; ///< acknowledged, and not there later
    double run_twice = 0;          ///< seconds during which it ran on two nodes at once
    unsigned io_errors = 0;        ///< errors that the guest's own BIOS saw
    std::uint64_t writes = 0;      ///< acknowledged in this time
    std::string node;              ///< where it was last heard of
};

GuestReport judge(const GuestHistory& history, TimePoint from, TimePoint until);

} // namespace twinsite::lab
