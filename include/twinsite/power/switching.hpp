// Switching outlets, with proof. Every function here is about several outlets as one: the supplies
// of one node.
#pragma once

#include <twinsite/base/deadline.hpp>
#include <twinsite/base/result.hpp>
#include <twinsite/power/device.hpp>

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace twinsite::power {

struct Patience {
    Deadline deadline;
    Milliseconds first_look{50};      ///< between command and first look
    Milliseconds poll_interval{1000}; ///< the longest pause between two looks
};

/// Identifiers of the outlets PLUGS mean: an identifier, or a name. A text is tried as a whole
/// before it is split at SEPARATORS. Errors: not_found, conflict (a name that two outlets have, an
/// outlet given twice is no error).
Result<std::vector<std::string>> resolve_plugs(PowerDevice& device, std::string_view plugs,
                                               std::string_view separators,
                                               const Deadline& deadline);

/// What the outlets are together: on or off only when all are. The detail names the others.
OutletReading together(std::span<const std::string> identifiers,
                       std::span<const OutletReading> readings);

/// Commands every outlet, and succeeds when all were read in the wanted state (on or off), and in
/// it once more together. Nothing is commanded when an outlet's state cannot be read first.
/// The error names each outlet that did not follow, and says what was switched.
Status switch_outlets(PowerDevice& device, std::span<const std::string> identifiers,
                      OutletState wanted, Clock& clock, const Patience& patience);

/// Waits until all outlets were read in the wanted state together, commanding nothing.
Status await_outlets(PowerDevice& device, std::span<const std::string> identifiers,
                     OutletState wanted, Clock& clock, const Patience& patience);

/// Has the device switch every outlet off and on by itself, and succeeds when all were seen off
/// together in between. An error does not say that they were not off: it was not seen.
Status cycle_outlets(PowerDevice& device, std::span<const std::string> identifiers, Clock& clock,
                     const Patience& patience);

} // namespace twinsite::power
