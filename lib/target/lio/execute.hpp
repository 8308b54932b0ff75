// Performs planned steps on the tree.
#pragma once

#include "lib/target/lio/plan.hpp"

#include <twinsite/target/engine.hpp>

namespace twinsite::target::lio {

/// Stops at the first failure.
Status build(ConfigTree& tree, const std::vector<Step>& steps, const Progress& progress);

/// Goes on after failures, so that as little as possible stays; the first failure is the result.
/// What is gone already is fine.
Status remove(ConfigTree& tree, const std::vector<Step>& steps, const Progress& progress);

} // namespace twinsite::target::lio
