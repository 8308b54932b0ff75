// Several hosts on one Ethernet segment, each a network namespace behind a bridge.
#pragma once

#include "tests/support/ocf_agent_run.hpp"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace twinsite::testing {

/// Shell text, run where the tests run. Its output, whatever the exit code.
process::Output shell(const std::string& text);

class Host {
public:
    explicit Host(std::string name)
        : name_(std::move(name)) {}

    /// Shell text run on the host.
    [[nodiscard]] process::Output run(const std::string& text) const;
    /// run(), which must succeed; its output.
    std::string must(const std::string& text) const; // NOLINT(modernize-use-nodiscard)
    /// The agent on the host, as a recurring monitor would call it.
    [[nodiscard]] AgentRun agent(const std::string& action, const Settings& parameters,
                                 const Settings& environment = {}) const;
    /// "10.11.0.101/24" is on INTERFACE.
    [[nodiscard]] bool has(const std::string& address, const std::string& interface = "eth0") const;
    [[nodiscard]] std::string mac() const;
    /// The link address this host knows for ADDRESS; "" = none.
    [[nodiscard]] std::string neighbour(const std::string& address) const;
    [[nodiscard]] bool reaches(const std::string& address) const;
    /// The process id of the background process of an address started here; 0 = none.
    [[nodiscard]] int guard() const;
    [[nodiscard]] const std::string& name() const { return name_; }

private:
    std::string name_;
};

/// Hosts a, b and client: 10.11.0.1, .2 and .9 and fd00:11::1, ::2 and ::9 on eth0, all on bridge
/// segment0. Skips outside the cached root.
class World : public ::testing::Test {
protected:
    void SetUp() override;
    void TearDown() override;

    Host a{"a"};
    Host b{"b"};
    Host client{"client"};
};

inline const Settings one_address{{"ip", "10.11.0.101"}, {"cidr_netmask", "24"}, {"nic", "eth0"}};
inline const Settings two_families{{"ip", "10.11.0.101/24 fd00:11::101/64"}, {"nic", "eth0"}};

/// SETTINGS with more of them.
Settings with(Settings settings, const Settings& more);

/// Polls until DONE or three seconds have passed.
template <typename Predicate>
bool soon(Predicate done) {
    SystemClock clock;
    return poll_until(clock, Deadline::after(clock, Milliseconds(3000)), Milliseconds(20), done);
}

} // namespace twinsite::testing
