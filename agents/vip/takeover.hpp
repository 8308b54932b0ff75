// What start changes: ask the segment, record, add, announce, leave a guard.
#pragma once

#include "agents/vip/decide.hpp"
#include "agents/vip/guard.hpp"
#include "agents/vip/observer.hpp"

#include <twinsite/network/segment.hpp>

namespace twinsite::vip {

/// The adapters of one action.
struct Tools {
    network::Network& network;
    network::Segment& segment;
    Guard& guard;
    const RecordFile& record;
    Clock& clock;
};

/// One gratuitous announcement of each of ADDRESSES; failures are logged.
void announce(const Tools& tools, const network::Interface& interface,
              std::span<const WantedAddress> addresses);

/// The plan of a background process for SETTINGS. ANNOUNCEMENTS are still to be sent.
WatchPlan watch_plan(const Settings& settings, unsigned announcements);

/// Leaves a background process when SETTINGS want one.
void leave_guard(const Tools& tools, const Record& record, const WatchPlan& plan);

class Takeover {
public:
    Takeover(const Tools& tools, const Settings& settings, const Deadline& deadline)
        : tools_(tools)
        , settings_(settings)
        , deadline_(deadline) {}

    /// Make the absent addresses of BEFORE answer here. On error what it added is removed again.
    Status run(const Observation& seen, const Assessment& before);

private:
    using Addresses = std::vector<network::AssignedAddress>;

    Result<network::Interface> working_link(const network::Interface& interface);
    /// Those of MISSING the segment was asked about, and nobody has.
    Result<std::vector<network::IpAddress>> ask_segment(const network::Interface& interface,
                                                        const Addresses& missing);
    Status await_kernel(const network::Interface& interface, const Addresses& added);
    /// What will be here, and of that what is not yet.
    struct Plan {
        Record whole;
        Record missing;
    };
    Result<Plan> plan(const Observation& seen, const Assessment& before);
    Status add(const Record& missing);
    void undo(const Record& added);
    void announce_all(const network::Interface& interface, const Record& record);

    const Tools& tools_;
    const Settings& settings_;
    const Deadline& deadline_;
};

} // namespace twinsite::vip
