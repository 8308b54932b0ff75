// The parameters of ocf:twinsite:mirror, checked.
#pragma once

#include "agents/mirror/caretaker.hpp"
#include "ocf/agent.hpp"

#include <twinsite/base/deadline.hpp>
#include <twinsite/mirror/decision.hpp>

#include <string>

namespace twinsite::mirror {

struct Settings {
    std::string resource;
    ScoreTable scores{};
    Milliseconds wait_for_peer{5000};
    int promoted_max = 1; ///< of the clone
    CarePlan care{};
    bool link_health = false;

    static Result<Settings> from(const ocf::Request& request);
};

} // namespace twinsite::mirror
