// How long an action may wait for what the daemon, or another run of the agent, still does.
#pragma once

#include <twinsite/base/deadline.hpp>

namespace twinsite::target::tgt {

struct Patience {
    Clock& clock;
    Deadline deadline;
};

} // namespace twinsite::target::tgt
