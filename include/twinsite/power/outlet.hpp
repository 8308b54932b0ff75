// The outlets of a power distribution unit, and what can be known of one.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace twinsite::power {

/// Only `off` is off.
enum class OutletState {
    on,
    off,
    pending, ///< the device is still about to switch it
    unknown, ///< the device does not say, or not in words we know
    error,   ///< the device says that the outlet does not obey (relay failure, locked, ...)
};

std::string_view to_string(OutletState state);

/// IDENTIFIER is what the family calls the outlet: "5", or "2.5" for outlet 5 of module 2.
struct Outlet {
    std::string identifier;
    std::string name; ///< what the admin called it; may be empty or repeated

    friend bool operator==(const Outlet&, const Outlet&) = default;
};

struct OutletReading {
    OutletState state = OutletState::unknown;
    std::string detail{}; ///< why, when the state is neither on nor off

    friend bool operator==(const OutletReading&, const OutletReading&) = default;
};

enum class OutletCommand { on, off, cycle };

std::string_view to_string(OutletCommand command);

} // namespace twinsite::power
