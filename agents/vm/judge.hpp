// What an observation of a guest means. Pure: no I/O, no clock.
#pragma once

#include "ocf/agent.hpp"

#include <twinsite/hypervisor/domain.hpp>
#include <twinsite/hypervisor/guest_process.hpp>

#include <optional>
#include <string>

namespace twinsite::vm {

enum class Answer {
    present, ///< it is there
    absent,  ///< positive evidence that it is not
    silent,  ///< nobody could say
};

/// Everything that was seen of a guest at one moment.
struct Observation {
    Answer daemon = Answer::silent;
    hypervisor::DomainView domain{}; ///< when the daemon says present
    std::string daemon_error{};      ///< when it is silent
    Answer process = Answer::silent;
    hypervisor::GuestProcess guest_process{}; ///< when the process is present
};

enum class Verdict {
    healthy,
    degraded, ///< active, and somebody should look
    settling, ///< on its way from one state to another: look again soon
    failed,   ///< active, and only a stop helps
    stopped,  ///< on positive evidence
    unknown,
};

struct Judgement {
    Verdict verdict = Verdict::unknown;
    std::string reason{};
    /// Paused for a reason that may have gone: resuming it when the disks answer is right.
    bool resumable = false;
};

Judgement judge(const Observation& seen);

/// A domain or a process is there, on positive evidence.
bool is_active(const Observation& seen);

/// Neither a domain nor a process is left, on positive evidence.
bool is_gone(const Observation& seen);

/// The exit code of a monitor.
ocf::Outcome outcome_of(const Judgement& judgement);

} // namespace twinsite::vm
