// The rungs of a stop: ask the guest, destroy it, kill its process; each with its share of the
// time. Pure: the caller observes, and does what the next step says.
#pragma once

#include "agents/vm/judge.hpp"

#include <twinsite/base/deadline.hpp>
#include <twinsite/hypervisor/hypervisor.hpp>

#include <cstddef>
#include <optional>
#include <vector>

namespace twinsite::vm {

struct StopWishes {
    std::vector<hypervisor::ShutdownMode> modes;
    bool force = false;
    Milliseconds reserve{};  ///< zero: automatic
    Milliseconds patience{}; ///< zero: all but the reserve
};

/// Times since the stop began.
struct StopSchedule {
    std::vector<hypervisor::ShutdownMode> modes;
    Milliseconds destroy_from{}; ///< the guest has had its time
    Milliseconds reserve{};      ///< of which a third goes to each harder way
    Milliseconds end{};
};

StopSchedule schedule_stop(const StopWishes& wishes, Milliseconds available);

/// What the stop has done so far.
struct StopProgress {
    Milliseconds elapsed{};
    std::size_t modes_tried = 0;       ///< of the schedule's, in order
    bool asked = false;                ///< some request was delivered
    std::size_t modes_not_offered = 0; ///< by this guest or its driver
    bool asked_automatically = false;  ///< whatever came of it
    bool job_aborted = false;
    bool resumed = false;
    bool woken = false;
    std::optional<Milliseconds> destroying_since{}; ///< the first harder step
    bool killed = false;                            ///< the process got its SIGKILL
    unsigned ways_refused = 0; ///< of the harder ways: refused at once, so not worth their time
};

enum class StopStep {
    done,
    wait,
    abort_job,
    resume,
    wake_up,
    ask,               ///< by the mode number StopProgress::modes_tried
    ask_automatically, ///< the driver offers none of the modes: the one it has itself
    destroy_gently,
    destroy_firmly,
    terminate_process,
    kill_process,
    give_up,
};

StopStep next_stop_step(const StopSchedule& schedule, const StopProgress& progress,
                        const Observation& seen);

} // namespace twinsite::vm
