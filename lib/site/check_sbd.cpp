#include <twinsite/site/check_live.hpp>
#include <twinsite/site/self_fencing.hpp>

#include <fmt/format.h>

namespace twinsite::site {

std::vector<Finding> check_sbd(const Topology& topology, const std::string& node,
                               std::optional<std::int64_t> seconds) {
    if (topology.policy.isolation != Isolation::majority || seconds == sbd_watchdog_timeout_s) {
        return {};
    }
    std::string problem;
    if (!seconds) {
        problem =
            fmt::format("sbd is not configured on {}: nothing ends it when its side loses", node);
    } else if (*seconds < sbd_watchdog_timeout_s) {
        problem =
            fmt::format("{} has SBD_WATCHDOG_TIMEOUT={}: sbd distrusts a quorum whose witness may "
                        "take {} s, and no longer looks at Corosync",
                        node, *seconds, witness_sync_timeout_ms / 1000);
    } else {
        problem =
            fmt::format("{} has SBD_WATCHDOG_TIMEOUT={}: it may live longer than the other side "
                        "waits before it takes over, and VMs could run on both",
                        node, *seconds);
    }
    return {{"isolation-policy-incomplete", Severity::error, node, std::move(problem),
             fmt::format("Set SBD_WATCHDOG_TIMEOUT={} in sbd's configuration (/etc/default/sbd or "
                         "/etc/sysconfig/sbd), and restart the cluster on {}.",
                         sbd_watchdog_timeout_s, node)}};
}

} // namespace twinsite::site
