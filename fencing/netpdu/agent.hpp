// The actions of fence_netpdu: what is asked, done and said.
#pragma once

#include "settings.hpp"

#include <twinsite/base/deadline.hpp>
#include <twinsite/base/result.hpp>
#include <twinsite/power/device.hpp>

#include <string>
#include <vector>

namespace twinsite::fencing {

/// Exit codes of the fence agent API.
enum class ExitCode : int { success = 0, error = 1, off = 2 };

struct Outcome {
    ExitCode code = ExitCode::success;
    std::string output; ///< for stdout
};

class Agent {
public:
    Agent(const Settings& settings, power::PowerDevice& device, Clock& clock,
          const Deadline& deadline)
        : settings_(settings)
        , device_(device)
        , clock_(clock)
        , deadline_(deadline) {}

    /// Performs settings.action, which must be one that needs the device.
    Result<Outcome> perform();

private:
    Result<Outcome> on();
    Result<Outcome> off();
    Result<Outcome> reboot();
    Result<Outcome> reboot_by_cycle(const std::vector<std::string>& outlets);
    Result<Outcome> status();
    Result<Outcome> list(bool with_status);
    Result<Outcome> monitor();

    Result<std::vector<std::string>> outlets();
    Result<std::vector<std::string>> resolve(const std::string& plug);
    void switch_on_again(const std::vector<std::string>& outlets);
    Status switch_all(const std::vector<std::string>& outlets, power::OutletState wanted,
                      const Deadline& deadline);

    const Settings& settings_;
    power::PowerDevice& device_;
    Clock& clock_;
    Deadline deadline_;
};

} // namespace twinsite::fencing
