// The clock of the simulated SNMPv3 engine.
#pragma once

#include <chrono>

namespace twinsite::pdu {

/// From now on the engine's time is MORE ahead of what it was (RFC 3414, 2.3: more than 150 s from
/// what the other side has noted makes messages untimely). Needs the simulator's own process.
void skew_engine_time(std::chrono::seconds more);

} // namespace twinsite::pdu
