// "whatif --live": Pacemaker's own answer, from the cluster's present state.
#pragma once

#include "cli/command.hpp"

#include <twinsite/site/what_if.hpp>

namespace twinsite::cli {

inline constexpr const char* go_live_hint =
    "Nothing more is taken over without an operator's \"twinsite go-live\".\n";

/// Exit 1 when a VM that runs now would run nowhere.
Exit whatif_live(const Options& options, const site::Topology& topology,
                 const site::Failure& failure);

} // namespace twinsite::cli
