// Something an admin should know: what is wrong, where, and what to do.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace twinsite::site {

enum class Severity { notice, warning, error };
std::string_view to_string(Severity severity);

struct Finding {
    std::string code; ///< stable, see docs/topology.md
    Severity severity = Severity::error;
    std::string where;   ///< JSON path, or the object in the cluster
    std::string problem; ///< one sentence
    std::string remedy;  ///< one sentence
};

/// Every code there is, in the order of docs/topology.md.
std::span<const std::string_view> finding_codes();

/// Errors first, then warnings, then notices; otherwise the order they were found in.
void sort_findings(std::vector<Finding>& findings);

} // namespace twinsite::site
