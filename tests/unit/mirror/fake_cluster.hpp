// The cluster as DRBD's fence handler asks about it, in the words of its tools: two nodes, rz1-a
// asks about rz2-a.
#pragma once

#include "tests/support/fake_clock.hpp"

#include <twinsite/process/command.hpp>

#include <functional>
#include <string>
#include <vector>

namespace twinsite::testing {

class FakeCluster final : public process::CommandRunner {
public:
    explicit FakeCluster(FakeClock& clock)
        : clock_(clock) {}

    bool peer_answers = true; ///< and then knows what this side knows
    bool peer_is_lost = false;
    bool peer_is_down = false;
    std::string peer_fenced_at{}; ///< "1970-01-01 01:00:00Z"
    std::string peer_role = "Unpromoted";
    bool pacemaker_quorate = true;
    bool corosync_quorate = true;
    bool corosync_has_settled = true; ///< else it tells of the membership with the peer
    std::string flags = "Quorate";
    std::string own_name = "rz1-a";
    std::string device =
        "quorum.device.model (str) = net\n"
        "quorum.device.sync_timeout (u32) = 10000\nquorum.device.votes (u32) = 1\n";
    std::string accepted_loss{}; ///< the operator's attribute on rz1-a
    bool banned = false;
    Milliseconds asked_for{0};          ///< how long the handler has been asking
    std::vector<std::string> changes{}; ///< the commands that changed something
    std::function<void(FakeCluster&)> as_time_goes = [](FakeCluster&) {};
    std::function<void()> when_asked_of_the_ban = [] {};
    /// drbdadm, asked to run its fence handler: the exit code.
    std::function<int(const process::Command&)> fence_peer = [](const auto&) { return 1; };

    Result<process::Output> run(const process::Command& command, const Deadline& deadline) override;

private:
    [[nodiscard]] std::string status() const;
    [[nodiscard]] std::string membership() const;

    FakeClock& clock_;
};

} // namespace twinsite::testing
