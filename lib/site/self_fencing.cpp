#include <twinsite/site/self_fencing.hpp>

#include <algorithm>

namespace twinsite::site {

namespace {

constexpr std::int64_t token_coefficient_ms = 650;
/// sbd looks every second, and asks a pacemaker that is busy.
constexpr std::int64_t sbd_look_ms = 2'000;

} // namespace

SelfFencing self_fencing(const Topology& topology) {
    if (topology.policy.isolation == Isolation::keep_home) {
        return {};
    }
    const auto nodes = static_cast<std::int64_t>(topology.nodes.size());
    const std::int64_t token =
        topology.wire.token_ms + std::max<std::int64_t>(nodes - 2, 0) * token_coefficient_ms;
    const std::int64_t consensus = token * 6 / 5;
    return {.membership_ms = token + consensus,
            // Also for a topology without a witness: majority asks for one, and a topology that was
            // imported from a CIB alone does not know it.
            .witness_ms = witness_sync_timeout_ms,
            .watchdog_ms = sbd_look_ms + sbd_watchdog_timeout_s * 1000};
}

} // namespace twinsite::site
