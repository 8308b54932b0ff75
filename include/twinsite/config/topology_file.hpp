// Reads the topology file: JSON with comments, checked to the last key.
#pragma once

#include <twinsite/base/result.hpp>
#include <twinsite/site/finding.hpp>
#include <twinsite/site/topology.hpp>

#include <filesystem>
#include <optional>
#include <string_view>
#include <vector>

namespace twinsite::config {

/// What reading gave. TOPOLOGY is there when no finding is an error.
struct Loaded {
    std::optional<site::Topology> topology;
    /// Codes schema-invalid, unknown-reference; each with its JSON path (RFC 6901).
    std::vector<site::Finding> findings;
};

/// Error invalid_config: the text is no JSON (line and column are named).
Result<Loaded> parse_topology(std::string_view text);

/// Errors: those of read_file, and of parse_topology. Files above 64 MiB are refused.
Result<Loaded> load_topology(const std::filesystem::path& file);

} // namespace twinsite::config
