#include "cli/commands.hpp"

#include <twinsite/base/file.hpp>
#include <twinsite/site/cib.hpp>
#include <twinsite/site/files.hpp>
#include <twinsite/site/shell_forms.hpp>

#include <fmt/format.h>

#include <cstdio>
#include <filesystem>
#include <string_view>

namespace twinsite::cli {

namespace {

/// fmt would copy the whole text first, and 10,000 VMs are some 30 MB. That all of it was written
/// is asked at the end, in main.
void put(std::string_view text) {
    static_cast<void>(std::fwrite(text.data(), 1, text.size(), stdout));
}

Exit render_drbd(const Options& options, const RenderOptions& render,
                 const site::Topology& topology) {
    for (const site::Lun& lun : topology.luns) {
        const std::string text = site::render_drbd_resource(topology, lun, TWINSITE_DRBD_HANDLER);
        if (render.output_dir.empty()) {
            fmt::print("{}", text);
            continue;
        }
        const auto file = std::filesystem::path(render.output_dir) / (lun.name + ".res");
        if (const auto written = replace_file(file, text); !written) {
            return report(options, written.error(), Exit::usage);
        }
    }
    return Exit::fine;
}

} // namespace

Exit run_render(const Options& options, const RenderOptions& render) {
    const auto loaded = load(options);
    if (!loaded.topology) {
        return loaded.exit;
    }
    if (render.format == "cib") {
        site::write_cib(*loaded.topology, put);
    } else if (render.format == "pcs") {
        put(site::render_pcs(site::render_cib(*loaded.topology)));
    } else if (render.format == "crmsh") {
        put(site::render_crmsh(site::render_cib(*loaded.topology)));
    } else if (render.format == "drbd") {
        return render_drbd(options, render, *loaded.topology);
    } else if (render.format == "corosync") {
        fmt::print("{}", site::render_corosync(*loaded.topology));
    }
    return Exit::fine;
}

} // namespace twinsite::cli
