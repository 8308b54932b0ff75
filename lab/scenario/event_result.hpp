// What one scenario came to.
#pragma once

#include "lab/scenario/acknowledged_writes.hpp"

#include <map>
#include <string>
#include <vector>

namespace twinsite::lab {

struct EventResult {
    std::string id;
    std::string title;
    double seconds = 0;
    std::map<std::string, GuestReport> guests;
    std::vector<std::string> measured; ///< further lines: "fenced after 8.1 s"
    std::vector<std::string> failures; ///< what did not happen as it must; empty = passed

    [[nodiscard]] bool passed() const { return failures.empty(); }
};

} // namespace twinsite::lab
