// What Pacemaker and DRBD say, asked on a node: the judge of the scenarios besides the guests.
#pragma once

#include <twinsite/base/result.hpp>

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace twinsite::lab {

struct ClusterView {
    struct Node {
        bool online = false;
        bool unclean = false;
        bool standby = false;
    };

    std::map<std::string, Node> nodes;
    std::map<std::string, std::string> running;  ///< resource -> the one node it is started on
    std::map<std::string, std::string> promoted; ///< resource -> node
    std::vector<std::string> failures;           ///< one line per failed action
    /// node -> when its last confirmed fencing ended, as crm_mon writes it (2026-11-25 09:12:06Z)
    std::map<std::string, std::string> fenced;
    bool quorate = false;

    [[nodiscard]] bool all_online() const;
    [[nodiscard]] std::string where(std::string_view resource) const;
};

/// From `crm_mon -1 --output-as=xml`.
Result<ClusterView> parse_crm_mon(std::string_view xml);

/// One line per resource of `/proc/drbd` (8.4): minor -> "cs:... ro:... ds:...".
struct MirrorState {
    std::string connection;
    std::string role;
    std::string disks;

    [[nodiscard]] bool healthy() const {
        return connection == "Connected" && disks == "UpToDate/UpToDate";
    }
};
std::map<unsigned, MirrorState> parse_proc_drbd(std::string_view text);

} // namespace twinsite::lab
