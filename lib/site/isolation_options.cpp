#include "lib/site/isolation_options.hpp"

#include <twinsite/base/text.hpp>
#include <twinsite/site/self_fencing.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace twinsite::site {

namespace {

/// A time as Pacemaker reads it: seconds without a unit ("Time Intervals" of its documentation).
std::optional<std::int64_t> milliseconds_of(std::string_view time) {
    constexpr std::array<std::pair<std::string_view, std::int64_t>, 9> units{{{"", 1'000},
                                                                              {"ms", 1},
                                                                              {"msec", 1},
                                                                              {"s", 1'000},
                                                                              {"sec", 1'000},
                                                                              {"m", 60'000},
                                                                              {"min", 60'000},
                                                                              {"h", 3'600'000},
                                                                              {"hr", 3'600'000}}};
    const std::size_t digits = std::min(time.find_first_not_of("0123456789"), time.size());
    const auto count = parse_integer(time.substr(0, digits), 0, 1'000'000'000);
    for (const auto& [unit, factor] : units) {
        if (count && trim(time.substr(digits)) == unit) {
            return *count * factor;
        }
    }
    return std::nullopt;
}

Finding mismatch(std::string object, std::string message) {
    return {"cluster-policy-mismatch", Severity::error, std::move(object), std::move(message),
            "Run \"twinsite apply\"."};
}

} // namespace

void check_isolation(const Topology& topology, const IsolationOptions& live,
                     std::vector<Finding>& findings) {
    const bool keep_home = topology.policy.isolation == Isolation::keep_home;
    const std::string wanted = keep_home ? "freeze" : "suicide";
    if (live.no_quorum_policy != wanted) {
        findings.push_back(
            mismatch("no-quorum-policy",
                     fmt::format("no-quorum-policy is {}, the isolation policy {} needs {}",
                                 live.no_quorum_policy.empty() ? "stop (the default)"
                                                               : live.no_quorum_policy,
                                 to_string(topology.policy.isolation), wanted)));
    }
    const std::string& watchdog = live.stonith_watchdog_timeout;
    const auto waited = watchdog.empty() ? 0 : milliseconds_of(watchdog);
    if (keep_home) {
        if (waited != 0) {
            findings.push_back(mismatch("stonith-watchdog-timeout",
                                        "nodes end themselves without quorum, but keep-home lets "
                                        "them go on"));
        }
        return;
    }
    const std::int64_t needed = self_fencing(topology).watchdog_timeout_seconds();
    if (waited == 0) {
        findings.push_back(mismatch("stonith-watchdog-timeout",
                                    "nodes do not end themselves without quorum, but majority "
                                    "relies on it"));
    } else if (!waited || *waited < needed * 1'000) {
        findings.push_back(mismatch(
            "stonith-watchdog-timeout",
            fmt::format("the side with the quorum waits {} for the other to end itself, which can "
                        "take {} s: VMs could run on both",
                        watchdog, needed)));
    }
}

} // namespace twinsite::site
