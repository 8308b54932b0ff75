// The demonstration's table, for people and as JSON.
#pragma once

#include "lab/scenario/events.hpp"

#include <span>
#include <string>

namespace twinsite::lab {

std::string table(std::span<const EventResult> results);
std::string json(std::span<const EventResult> results);

} // namespace twinsite::lab
