// The demonstration's table, for people and as JSON.
#pragma once

#include <span>
#include <string>

#include "lab/scenario/events.hpp"

namespace twinsite::lab {

std::string table(std::span<const EventResult> results);
std::string json(std::span<const EventResult> results);

} // namespace twinsite::lab
