#include <twinsite/power/outlet.hpp>

namespace twinsite::power {

std::string_view to_string(OutletState state) {
    switch (state) {
    case OutletState::on:
        return "on";
    case OutletState::off:
        return "off";
    case OutletState::pending:
        return "pending";
    case OutletState::unknown:
        return "unknown";
    case OutletState::error:
        return "error";
    }
    return "unknown";
}

std::string_view to_string(OutletCommand command) {
    switch (command) {
    case OutletCommand::on:
        return "on";
    case OutletCommand::off:
        return "off";
    case OutletCommand::cycle:
        return "cycle";
    }
    return "off";
}

} // namespace twinsite::power
