// Two libvirt hosts, a and b, and an iSCSI target beside them; see the script prepare.
#pragma once

#include "tests/support/ocf_agent_run.hpp"

#include <twinsite/base/deadline.hpp>
#include <twinsite/process/command.hpp>

#include <gtest/gtest.h>

#include <functional>
#include <future>
#include <string>
#include <vector>

namespace twinsite::testing {

/// Inside the cached root; outside, every test is skipped or runs itself again inside.
inline constexpr const char* inside_variable = "TWINSITE_VM_TEST_INSIDE";

class Hosts : public ::testing::Test {
protected:
    void SetUp() override;

    /// Another domain instead of the counting guest; it too is called rot.
    static void use_domain(const std::string& xml);

    // NOLINTBEGIN(bugprone-easily-swappable-parameters)
    process::Output on(const std::string& host, std::vector<std::string> argv,
                       Milliseconds patience = Milliseconds(60000));
    process::Output run(std::vector<std::string> argv, Milliseconds patience = Milliseconds(60000));
    /// One action of the agent on a host, with the fixture's parameters.
    AgentRun agent(const std::string& host, const std::string& action);
    /// As agent, without waiting for it.
    std::future<AgentRun> begin(const std::string& host, const std::string& action);
    /// The agent's exit code, and a failure that shows what it said when it is another.
    void expect(const std::string& host, const std::string& action, int exit_code);
    std::string virsh(const std::string& host, std::vector<std::string> arguments);
    // NOLINTEND(bugprone-easily-swappable-parameters)

    /// The pid, as a host's own processes see it.
    std::string daemon_pid(const std::string& host);
    std::string guest_pid(const std::string& host);
    void send(const std::string& host, const std::string& signal, const std::string& pid);
    void kill_daemon(const std::string& host);
    void start_daemon(const std::string& host);

    /// What host b receives: "60mbit", and without a limit again.
    void limit_wire(const std::string& rate);
    void unlimit_wire();

    void make_target();
    void remove_lun();
    void make_lun();
    void remove_target();

    /// The last number the guest printed on a host; its write was acknowledged. -1: none.
    long written(const std::string& host);
    /// The guest writes: its number grows within ten seconds.
    bool is_writing(const std::string& host);
    bool eventually(const std::function<bool()>& condition,
                    Milliseconds patience = Milliseconds(20000));

    std::vector<std::string> command_line(const std::string& host, const std::string& action) const;

    Settings parameters;
    unsigned check_level = 0;
    Milliseconds timeout{30000};
    Milliseconds took{};
};

} // namespace twinsite::testing
