// What real PDUs do wrong, on demand.
#pragma once

#include "device.hpp"

#include <twinsite/base/deadline.hpp>
#include <twinsite/base/result.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace twinsite::pdu {

enum class FaultKind {
    lose,       ///< every VALUE-th answer is lost; 1 loses all
    late,       ///< every answer comes VALUE milliseconds late
    late_once,  ///< one answer in three comes VALUE milliseconds late, after later ones
    duplicate,  ///< every answer is sent VALUE times
    truncate,   ///< answers lack their last value
    mangle,     ///< answers are about other objects
    garbage,    ///< the state is a number no MIB knows
    text,       ///< the state is the text "off"
    missing,    ///< the state's object does not exist
    flap,       ///< the state is read as on and off in turns
    read_only,  ///< no write is allowed
    refuse,     ///< a command is answered with commitFailed
    stuck,      ///< the command is accepted, and the relay does not move
    pending,    ///< the relay moves after VALUE milliseconds
    restart,    ///< the first command is lost: the PDU starts anew and is silent for VALUE ms
    clock,      ///< after the first command the SNMPv3 engine has lost its count of starts
    skew,       ///< the first command is lost, and the SNMPv3 engine's time is VALUE seconds ahead
    no_outlets, ///< a device with the right identity that is no PDU
};

struct Fault {
    FaultKind kind = FaultKind::lose;
    std::int64_t value = 0;
    std::optional<unsigned> outlet; ///< only this one; all without
};

/// "kind", "kind=VALUE", "kind@OUTLET" or "kind=VALUE@OUTLET", with '-' in kinds.
Result<Fault> parse_fault(std::string_view text);

/// What the SNMPv3 engine says of itself, changed relative to now.
struct Engine {
    std::function<void(int)> change_boots;
    std::function<void(std::chrono::seconds)> skew_time;
};

class FaultyDevice {
public:
    FaultyDevice(Device& device, std::vector<Fault> faults, Engine engine)
        : device_(device)
        , faults_(std::move(faults))
        , engine_(std::move(engine)) {}

    power::SnmpAnswer answer(const power::SnmpRequest& request);

private:
    [[nodiscard]] const Fault* find(FaultKind kind, std::optional<unsigned> outlet = {}) const;
    std::optional<power::SnmpAnswer> before_command(const power::SnmpRequest& request);
    void spoil_states(power::SnmpAnswer& answer);
    void spoil_answer(power::SnmpAnswer& answer);

    Device& device_;
    std::vector<Fault> faults_;
    Engine engine_;
    SystemClock clock_;
    std::optional<TimePoint> dark_until_;
    bool started_anew_ = false;
    bool lost_count_ = false;
    bool skewed_ = false;
    unsigned answers_ = 0;
    unsigned looks_ = 0;
};

} // namespace twinsite::pdu
