// A simulated PDU for one test: the simulator's own process at a free port of the loopback, and
// fence_netpdu run against it. What the relays really did is read from the simulator's state.
#pragma once

#include "tests/support/scratch_directory.hpp"

#include <twinsite/base/deadline.hpp>

#include <cstdint>
#include <string>
#include <thread>
#include <vector>

namespace twinsite::testing {

struct FenceRun {
    int exit_code = -1;
    std::string out;
    std::string err;
    Milliseconds took{0};
};

/// fence_netpdu with INPUT on stdin, as Pacemaker calls it; with ARGUMENTS instead when there are
/// any.
FenceRun run_fence_agent(const std::string& input, const std::vector<std::string>& arguments = {});

/// A port of the loopback that nobody has now.
std::uint16_t free_port();

class PduSimulation {
public:
    /// ARGUMENTS are added to the simulator's. Communities are "public" and "private"; the SNMPv3
    /// user is "fencer" with SHA-256 and AES. Throws when it does not come up.
    explicit PduSimulation(const std::string& model,
                           const std::vector<std::string>& arguments = {});
    PduSimulation(const PduSimulation&) = delete;
    PduSimulation& operator=(const PduSimulation&) = delete;
    PduSimulation(PduSimulation&&) = delete;
    PduSimulation& operator=(PduSimulation&&) = delete;
    ~PduSimulation();

    [[nodiscard]] std::uint16_t port() const { return port_; }
    /// A file with the user's password.
    [[nodiscard]] std::string secret_file() const;
    static std::string secret() { return "geheimes-wort"; }

    /// Whether the outlet's relay is closed, whatever the device says. Counted from 1.
    [[nodiscard]] bool is_on(unsigned outlet) const;

    /// Whether there was a moment at which all of OUTLETS were off.
    [[nodiscard]] bool were_off_together(const std::vector<unsigned>& outlets) const;

    /// The agent against this device, SNMP 2c and the write community unless PARAMETERS
    /// ("key=value" lines) say otherwise.
    [[nodiscard]] FenceRun fence(const std::string& parameters) const;

private:
    void start(const std::string& model, const std::vector<std::string>& arguments);
    /// False when somebody else took the port in the meantime.
    [[nodiscard]] bool is_up() const;

    ScratchDirectory scratch_;
    std::uint16_t port_ = 0;
    std::thread process_;
};

} // namespace twinsite::testing
