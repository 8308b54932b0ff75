// The command line: one description for parsing, --help and the man page.
#pragma once

#include "cli/commands.hpp"

#include <CLI/CLI.hpp>
#include <functional>
#include <string>

namespace twinsite::cli {

struct Arguments {
    Options options;
    std::string output = "text";
    CheckOptions check;
    RenderOptions render;
    ImportOptions import_;
    ApplyOptions apply;
    WhatIfOptions whatif;
    StatusOptions status;
    MoveOptions move;
    DrainOptions drain;
    ResolveOptions resolve;
    GoLiveOptions go_live;
    std::string names_kind;
    bool status_given = false;
    std::function<Exit()> action; ///< of the subcommand that was given

    /// After parsing: what --output means. Throws CLI::ValidationError for a format that the
    /// subcommand does not have.
    void settle();
};

void describe(CLI::App& app, Arguments& arguments);

} // namespace twinsite::cli
