#include "cli/commands.hpp"

#include <twinsite/cluster/configuration.hpp>
#include <twinsite/cluster/state.hpp>
#include <twinsite/site/site_map.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace twinsite::cli {

Exit run_status(const Options& options) {
    const auto loaded = load(options);
    if (!loaded.topology) {
        return loaded.exit;
    }
    auto live = cluster::open_configuration();
    if (!live) {
        return report(options, live.error(), Exit::cluster);
    }
    const auto cib = (*live)->read();
    if (!cib) {
        return report(options, cib.error(), Exit::cluster);
    }
    const auto state = cluster::interpret(*cib);
    if (!state) {
        return report(options, state.error(), Exit::cluster);
    }
    const site::SiteMap map = site::map_sites(*loaded.topology, *state);
    fmt::print("{}", site::to_text(map));
    const bool at_home =
        std::all_of(map.luns.begin(), map.luns.end(),
                    [](const auto& lun) { return lun.place == site::Place::home; }) &&
        std::all_of(map.vms.begin(), map.vms.end(),
                    [](const auto& vm) { return vm.place == site::Place::home; });
    return at_home ? Exit::fine : Exit::findings;
}

} // namespace twinsite::cli
