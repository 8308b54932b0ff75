// The demonstration's events, one function each: do it, wait for what must follow, measure.
#pragma once

#include "lab/scenario/event_result.hpp"
#include "lab/scenario/stage.hpp"

#include <string>
#include <vector>

namespace twinsite::lab {

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
