// sbd's configuration on this node against the policy.
#pragma once

#include <twinsite/site/finding.hpp>
#include <twinsite/site/topology.hpp>

#include <filesystem>
#include <string>
#include <vector>

namespace twinsite::cli {

/// site::check_sbd() for NODE, which must be this one. Nothing is said where the file cannot be
/// read. ROOT is "/" except in tests.
std::vector<site::Finding> check_sbd_here(const site::Topology& topology, const std::string& node,
                                          const std::filesystem::path& root = "/");

} // namespace twinsite::cli
