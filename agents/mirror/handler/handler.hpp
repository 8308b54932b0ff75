// The program DRBD's kernel module calls (through drbdadm) when something happens to a mirror.
#pragma once

#include "agents/mirror/caretaker.hpp"
#include "agents/mirror/handler/handler_call.hpp"

#include <twinsite/base/deadline.hpp>
#include <twinsite/base/result.hpp>
#include <twinsite/mirror/drbd.hpp>
#include <twinsite/mirror/fence.hpp>
#include <twinsite/process/command.hpp>

#include <optional>
#include <span>
#include <string>

namespace twinsite::mirror {

class Handler {
public:
    using WallClock = std::function<UnixTime()>;

    struct Parts {
        Mirror& mirror;
        process::CommandRunner& runner;
        Clock& clock;
        WallClock now;
        Folders folders{};
    };

    Handler(HandlerCall call, Parts parts);

    /// The exit code for the kernel.
    int run();

private:
    int fence_peer();
    int review();
    /// Once there is proof: what DRBD itself does when its handler brings it.
    Status release_io(const Deadline& deadline);
    void note_word(const FenceVerdict& verdict);
    /// NODE's copy is good again.
    int unfence(const std::string& node);
    int split_brain();
    int out_of_sync();
    Result<ClusterView> cluster(const Deadline& deadline);
    FenceVerdict ask(const Deadline& deadline);
    /// Keeps the peer from promotion; else why not.
    std::optional<FenceVerdict> ban(const ClusterView& seen, const Deadline& deadline);
    FenceVerdict constrain(const FenceVerdict& verdict, const ClusterView& seen,
                           const Deadline& deadline);
    /// For how long Corosync has had the quorum while the peer was lost.
    std::int64_t quorate_alone_ms(const ClusterView& seen, const Deadline& deadline);
    std::int64_t witness_ms(const Deadline& deadline);
    void note_acceptance(const std::string& value);
    void remember(const std::function<void(Memory&)>& change);

    HandlerCall call_;
    Parts parts_;
    MemoryFile memory_;
    std::optional<TimePoint> quorate_alone_since_{};
    std::string acceptance_{}; ///< of a loss, as last seen
    Observation local_{};      ///< as last seen
};

} // namespace twinsite::mirror
