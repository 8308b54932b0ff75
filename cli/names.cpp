#include "cli/commands.hpp"

#include <twinsite/config/topology_file.hpp>

#include <fmt/format.h>

namespace twinsite::cli {

namespace {

template <typename Items>
void print_names(const Items& items) {
    for (const auto& item : items) {
        fmt::print("{}\n", item.name);
    }
}

} // namespace

Exit run_names(const Options& options, const std::string& kind) {
    const auto loaded = config::load_topology(options.topology);
    if (!loaded || !loaded->topology) {
        return Exit::usage; // silent: it would land in the middle of somebody's command line
    }
    const site::Topology& topology = *loaded->topology;
    if (kind == "site") {
        for (const std::string& site : topology.sites) {
            fmt::print("{}\n", site);
        }
    } else if (kind == "storage") {
        for (const site::Node& node : topology.nodes) {
            if (node.storage) {
                fmt::print("{}\n", node.name);
            }
        }
    } else if (kind == "node") {
        print_names(topology.nodes);
    } else if (kind == "lun") {
        print_names(topology.luns);
    } else {
        print_names(topology.vms);
    }
    return Exit::fine;
}

} // namespace twinsite::cli
