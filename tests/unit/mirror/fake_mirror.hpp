// A DRBD resource as a small state machine: two replicas' view from one node.
#pragma once

#include <twinsite/mirror/drbd.hpp>

#include <functional>
#include <string>
#include <vector>

namespace twinsite::testing {

class FakeMirror final : public mirror::Mirror {
public:
    /// What bring_up leaves behind.
    mirror::Observation when_up;
    mirror::Observation now;
    mirror::Options configured;
    std::vector<std::string> calls;

    std::function<Status()> on_bring_up;
    std::function<Status()> on_bring_down;
    std::function<Status()> on_promote;
    std::function<Status()> on_demote;
    std::function<Status()> on_resume_io;
    /// Asked before every observation; may change NOW, or make it fail.
    std::function<Status()> on_observe;

    static mirror::Observation connected(mirror::Role role = mirror::Role::secondary,
                                         mirror::Role peer = mirror::Role::secondary);
    /// The link or the peer is lost, this side's copy is good.
    static mirror::Observation disconnected(mirror::Role role = mirror::Role::secondary);

    Result<mirror::Observation> observe(const Deadline& deadline) override;
    Status check_configured(const Deadline& deadline) override;
    Status bring_up(const Deadline& deadline) override;
    Status bring_down(const Deadline& deadline) override;
    Status promote(const Deadline& deadline) override;
    Status demote(const Deadline& deadline) override;
    Status resume_io(const mirror::Observation& seen, const Deadline& deadline) override;
    Result<mirror::Options> options(const Deadline& deadline) override;
    Result<std::string> generation(const mirror::Observation& seen,
                                   const Deadline& deadline) override;
};

} // namespace twinsite::testing
