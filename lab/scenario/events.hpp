// The demonstration's events, one function each: do it, wait for what must follow, measure.
#pragma once

#include "lab/scenario/acknowledged_writes.hpp"
#include "lab/scenario/stage.hpp"

#include <map>
#include <string>
#include <vector>

namespace twinsite::lab {

/// What one event came to.
struct EventResult {
    std::string id;
    std::string title;
    double seconds = 0;
    std::map<std::string, GuestReport> guests;
    std::vector<std::string> measured; ///< further lines: "fenced after 8.1 s"
    std::vector<std::string> failures; ///< what did not happen as it must; empty = passed

    [[nodiscard]] bool passed() const { return failures.empty(); }
};

struct Event {
    std::string id;
    std::string title; ///< what happens, told to the person who watches
    EventResult (*play)(Stage& stage);
};

/// In their order; each begins and ends with everything at home, except b-c and d-e, which are
/// one fault and its repair.
const std::vector<Event>& events();

/// PLAY with its times and its guests' reports filled in, and the two judgements that hold for
/// every event: no acknowledged write lost, no guest run twice.
EventResult perform(const Event& event, Stage& stage);

} // namespace twinsite::lab
