// Performs planned steps on the tree.
#pragma once

#include "lib/target/lio/plan.hpp"

#include <twinsite/base/deadline.hpp>
#include <twinsite/target/engine.hpp>

namespace twinsite::target::lio {

/// How long a step that is refused only for a moment may be tried.
struct Patience {
    Clock& clock;
    Deadline deadline;
};

/// Stops at the first failure.
Status build(ConfigTree& tree, const std::vector<Step>& steps, const Progress& progress,
             const Patience& patience);

/// Goes on after failures, so that as little as possible stays; the first failure is the result.
/// What is gone already is fine.
Status remove(ConfigTree& tree, const std::vector<Step>& steps, const Progress& progress);

} // namespace twinsite::target::lio
