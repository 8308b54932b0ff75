// The life of the background process.
#pragma once

#include "agents/vip/record.hpp"
#include "agents/vip/watchman.hpp"

#include <filesystem>
#include <string>

namespace twinsite::vip {

struct GuardDuty {
    std::string name;                  ///< in the log
    std::filesystem::path record_file; ///< it ends when this is gone
    std::filesystem::path report_file;
    Record record;
    WatchPlan plan;
};

/// Announces, listens, defends, and gives the addresses up when it was frozen and somebody else has
/// them by then. Returns when the record is gone, the interface is gone, or nothing is left to do.
void stand_guard(const GuardDuty& duty);

} // namespace twinsite::vip
