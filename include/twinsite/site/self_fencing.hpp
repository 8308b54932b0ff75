// majority: how long a side that has lost the vote may live on, and how long the other side waits
// before it calls it dead. Pure.
#pragma once

#include <twinsite/site/topology.hpp>

#include <cstdint>

namespace twinsite::site {

/// Counted from the moment the sites lose each other; each part is the longest it can take.
struct SelfFencing {
    /// Corosync finds a new membership: token (650 ms more for each node above two) and consensus
    /// (1.2 tokens); corosync.conf(5).
    std::int64_t membership_ms = 0;
    /// Corosync waits that long for the witness, and lets nobody know meanwhile that the quorum is
    /// gone: quorum.device.sync_timeout, votequorum_qdevice_poll(3).
    std::int64_t witness_ms = 0;
    /// sbd sees it, and its watchdog runs down (SBD_WATCHDOG_TIMEOUT; sbd(8)).
    std::int64_t watchdog_ms = 0;

    [[nodiscard]] std::int64_t total_ms() const { return membership_ms + witness_ms + watchdog_ms; }
    /// Pacemaker's stonith-watchdog-timeout: the living side may learn of the cut at once, the
    /// dying one as late as it can.
    [[nodiscard]] std::int64_t watchdog_timeout_seconds() const {
        return (total_ms() + 999) / 1000;
    }
};

/// Corosync's default of 30 s would let a side live that long after it lost the witness as well.
inline constexpr std::int64_t witness_sync_timeout_ms = 10'000;

/// What SBD_WATCHDOG_TIMEOUT has to be. sbd distrusts a quorum whose witness may take longer than
/// its watchdog (src/sbd-cluster.c, CHECK_QDEVICE_SYNC_TIMEOUT), and no longer looks at Corosync
/// then. Its default of 5 s also is less than a new DC may need when nodes come up one after the
/// other.
inline constexpr std::int64_t sbd_watchdog_timeout_s = witness_sync_timeout_ms / 1000;

/// All zero with keep-home: there nobody ends himself.
SelfFencing self_fencing(const Topology& topology);

} // namespace twinsite::site
