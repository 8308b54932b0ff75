// What tgt answers to "show", taken apart without trust.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace twinsite::target::tgt {

struct ListedLun {
    std::uint64_t number = 0;
    std::string scsi_id{};
    std::string serial{};
    std::string path{};
    bool online = false;
    bool read_only = false;
    bool thin = false;
};

struct ListedTarget {
    std::int64_t id = 0;
    std::string name{};
    std::vector<ListedLun> luns{};                                      ///< without tgt's own LUN 0
    std::vector<std::pair<std::uint64_t, std::uint32_t>> connections{}; ///< session and connection
    std::vector<std::string> incoming_users{};
    std::vector<std::string> outgoing_users{};
    std::vector<std::string> access{}; ///< addresses, names, or ALL
};

/// The answer to show --mode target (1.0.85). Lines it does not know are passed over.
std::vector<ListedTarget> parse_targets(std::string_view text);

/// The answer to show --mode portal: ADDRESS:PORT each.
std::vector<std::string> parse_portals_listing(std::string_view text);

} // namespace twinsite::target::tgt
