// What of the topology file the scenarios need: who is at home where.
#pragma once

#include <twinsite/base/result.hpp>

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace twinsite::lab {

struct SitePlan {
    struct Node {
        std::string site;
        bool storage = false;
        bool compute = false;
    };
    struct Lun {
        std::string home;
        unsigned minor = 0;
        std::vector<std::string> replicas;
        bool converged = false; ///< no target: guests use the mirror's device
    };
    struct Guest {
        std::string home;
        std::string lun;
    };

    std::vector<std::string> node_names; ///< in the file's order
    std::map<std::string, Node> nodes;
    std::map<std::string, Lun> luns;
    std::map<std::string, Guest> guests;

    [[nodiscard]] std::string site_of(const std::string& node) const;
    [[nodiscard]] std::vector<std::string> guest_names() const;
    /// The replica of LUN at its home site.
    [[nodiscard]] std::string home_replica(const std::string& lun) const;
};

Result<SitePlan> read_site_plan(const std::filesystem::path& topology);

} // namespace twinsite::lab
