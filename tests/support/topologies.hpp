// Topologies for tests: the example that is installed, and small changes to it.
#pragma once

#include <twinsite/site/topology.hpp>

#include <string>
#include <string_view>

namespace twinsite::testing {

/// The text of examples/two-sites.json.
std::string example_text();
/// The example with the first WHAT replaced by WITH; throws when there is no WHAT.
std::string example_with(std::string_view what, std::string_view with);
/// The example's TEXT with the isolation policy "majority", and all that it needs.
std::string with_majority(std::string text);
/// TEXT as a topology; a test fails when it is none.
site::Topology topology_from(std::string_view text);
site::Topology example_topology();
/// lab/config/converged.json: one LUN without a target, promoted in both sites.
site::Topology converged_topology();

} // namespace twinsite::testing
