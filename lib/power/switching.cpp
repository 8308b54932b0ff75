#include <twinsite/base/text.hpp>
#include <twinsite/power/switching.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace twinsite::power {

namespace {

std::string describe(const std::string& identifier, const OutletReading& reading) {
    return reading.detail.empty()
               ? fmt::format("outlet {} is {}", identifier, to_string(reading.state))
               : fmt::format("outlet {} is {} ({})", identifier, to_string(reading.state),
                             reading.detail);
}

/// A device that restarted has forgotten its commands.
constexpr Milliseconds repeat_after{3'000};

/// One attempt to bring outlets into one state; holds what is known of each.
class Switching {
public:
    Switching(PowerDevice& device, std::span<const std::string> identifiers, OutletState wanted,
              Clock& clock, const Patience& patience)
        : device_(device)
        , identifiers_(identifiers)
        , wanted_(wanted)
        , clock_(clock)
        , patience_(patience)
        , failures_(identifiers.size()) {}

    Status run() {
        if (auto readable = look_first(); !readable) {
            return readable;
        }
        command_all(wanted_ == OutletState::on ? OutletCommand::on : OutletCommand::off);
        return wait();
    }

    /// The device's own cycle is watched, never helped: a repeated command would be a second one.
    Status run_cycle() {
        if (auto readable = look_first(); !readable) {
            return readable;
        }
        command_all(OutletCommand::cycle);
        repeats_ = false;
        const auto seen = poll_until(clock_, patience_.deadline, patience_.first_look,
                                     [&] { return (look() && done()) || hopeless(); });
        if (seen && done()) {
            return {};
        }
        return fail(complaint().in("the device was told to cycle, and off was not seen"));
    }

    Status wait() {
        Milliseconds pause = patience_.first_look;
        for (;;) {
            // Two looks in a row: outlets seen off one after the other were perhaps never off
            // together.
            if (look() && done() && look() && done()) {
                return {};
            }
            const Milliseconds left = patience_.deadline.left(clock_);
            if (hopeless() || left <= Milliseconds::zero()) {
                return fail(complaint());
            }
            repeat_lost_commands();
            clock_.pause(std::min(pause, left));
            // A quarter more each time: a look comes at most a quarter of the wait too late.
            pause = std::min(pause * 5 / 4, patience_.poll_interval);
        }
    }

private:
    /// Nothing is switched on a device that cannot be read.
    Status look_first() {
        if (auto first = look(); !first) {
            return first;
        }
        for (std::size_t i = 0; i < identifiers_.size(); ++i) {
            if (readings_[i].state == OutletState::unknown) {
                return fail(ErrorKind::protocol,
                            fmt::format("{}; nothing was switched",
                                        describe(identifiers_[i], readings_[i])));
            }
        }
        return {};
    }

    [[nodiscard]] bool done() const {
        return readings_.size() == identifiers_.size() &&
               std::all_of(readings_.begin(), readings_.end(),
                           [&](const OutletReading& one) { return one.state == wanted_; });
    }

    Status look() {
        auto readings = device_.read(identifiers_, patience_.deadline);
        if (!readings) {
            readings_.clear();
            last_error_ = readings.error();
            return fail(readings.error());
        }
        readings_ = std::move(*readings);
        last_error_.reset();
        return {};
    }

    void command_all(OutletCommand command) {
        commanded_ = clock_.now();
        repeats_ = true;
        for (std::size_t i = 0; i < identifiers_.size(); ++i) {
            send(i, command);
        }
    }

    void send(std::size_t i, OutletCommand command) {
        const auto sent = device_.command(identifiers_[i], command, patience_.deadline);
        failures_[i] = sent ? std::optional<Error>{} : std::optional(sent.error());
    }

    /// A device that restarts forgets commands; one that refuses will go on refusing.
    void repeat_lost_commands() {
        if (!repeats_ || readings_.empty() || clock_.now() < commanded_ + repeat_after) {
            return;
        }
        commanded_ = clock_.now();
        const bool on = wanted_ == OutletState::on;
        for (std::size_t i = 0; i < identifiers_.size(); ++i) {
            const bool opposite = readings_[i].state == (on ? OutletState::off : OutletState::on);
            if (opposite && !refused(i)) {
                send(i, on ? OutletCommand::on : OutletCommand::off);
            }
        }
    }

    [[nodiscard]] bool refused(std::size_t i) const {
        return failures_[i] && failures_[i]->kind != ErrorKind::unreachable &&
               failures_[i]->kind != ErrorKind::timeout;
    }

    /// True when waiting is in vain: every outlet that has not followed was refused.
    [[nodiscard]] bool hopeless() const {
        if (readings_.empty()) {
            return false;
        }
        bool missing = false;
        for (std::size_t i = 0; i < identifiers_.size(); ++i) {
            if (readings_[i].state == wanted_) {
                continue;
            }
            if (!refused(i)) {
                return false;
            }
            missing = true;
        }
        return missing;
    }

    [[nodiscard]] Error complaint() const {
        if (readings_.size() != identifiers_.size()) {
            const Error error = last_error_.value_or(Error{ErrorKind::unreachable, "no answer"});
            return error.in(fmt::format(
                "outlets {} were commanded {}, and nothing is known since",
                join(std::vector<std::string>(identifiers_.begin(), identifiers_.end()), ", "),
                to_string(wanted_)));
        }
        std::string text;
        std::string switched;
        for (std::size_t i = 0; i < identifiers_.size(); ++i) {
            if (readings_[i].state == wanted_) {
                switched += (switched.empty() ? "" : ", ") + identifiers_[i];
                continue;
            }
            text += (text.empty() ? "" : "; ") + describe(identifiers_[i], readings_[i]);
            if (failures_[i]) {
                text += fmt::format(" ({})", failures_[i]->message);
            }
        }
        if (text.empty()) {
            text = "the outlets did not stay so";
        }
        if (!switched.empty()) {
            text += fmt::format("; {} is {}", switched, to_string(wanted_));
        }
        return {ErrorKind::conflict, fmt::format("not {}: {}", to_string(wanted_), text)};
    }

    PowerDevice& device_;
    std::span<const std::string> identifiers_;
    OutletState wanted_;
    Clock& clock_;
    Patience patience_;
    std::vector<OutletReading> readings_;
    std::vector<std::optional<Error>> failures_;
    std::optional<Error> last_error_;
    TimePoint commanded_{};
    bool repeats_ = false;
};

} // namespace

OutletReading together(std::span<const std::string> identifiers,
                       std::span<const OutletReading> readings) {
    const auto all = [&](OutletState state) {
        return !readings.empty() &&
               std::all_of(readings.begin(), readings.end(),
                           [&](const OutletReading& one) { return one.state == state; });
    };
    if (all(OutletState::on)) {
        return {OutletState::on, {}};
    }
    if (all(OutletState::off)) {
        return {OutletState::off, {}};
    }
    OutletReading sum{OutletState::unknown, {}};
    bool known = true;
    bool on = false;
    for (std::size_t i = 0; i < readings.size(); ++i) {
        sum.detail += (i == 0 ? "" : "; ") + describe(identifiers[i], readings[i]);
        known = known &&
                (readings[i].state == OutletState::on || readings[i].state == OutletState::off ||
                 readings[i].state == OutletState::pending);
        on = on || readings[i].state == OutletState::on;
    }
    // One supply is enough to run: a node with one outlet on is on.
    if (known && on) {
        sum.state = OutletState::on;
    }
    return sum;
}

Status switch_outlets(PowerDevice& device, std::span<const std::string> identifiers,
                      OutletState wanted, Clock& clock, const Patience& patience) {
    return Switching(device, identifiers, wanted, clock, patience).run();
}

Status await_outlets(PowerDevice& device, std::span<const std::string> identifiers,
                     OutletState wanted, Clock& clock, const Patience& patience) {
    return Switching(device, identifiers, wanted, clock, patience).wait();
}

Status cycle_outlets(PowerDevice& device, std::span<const std::string> identifiers, Clock& clock,
                     const Patience& patience) {
    return Switching(device, identifiers, OutletState::off, clock, patience).run_cycle();
}

} // namespace twinsite::power
