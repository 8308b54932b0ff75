// The subcommands; each in its own file.
#pragma once

#include "cli/command.hpp"

#include <string>

namespace twinsite::cli {

Exit run_check(const Options& options);

struct RenderOptions {
    std::string format;
    std::string output_dir; ///< for drbd: one file per LUN instead of stdout
};
Exit run_render(const Options& options, const RenderOptions& render);

struct ApplyOptions {
    bool yes = false;
    bool allow_restarts = false;
};
Exit run_plan(const Options& options);
Exit run_apply(const Options& options, const ApplyOptions& apply);

Exit run_status(const Options& options);

} // namespace twinsite::cli
