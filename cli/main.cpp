// twinsite: generates, checks and shows the configuration of a two-site cluster.
#include "cli/commands.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>

namespace twinsite::cli {

namespace {

int run(int argc, char** argv) {
    Options options;
    RenderOptions render;
    ApplyOptions apply;
    std::string output = "text";

    CLI::App app{"Site affinity for a two-site Pacemaker cluster"};
    app.name("twinsite");
    app.require_subcommand(1);
    app.fallthrough();
    app.set_version_flag("--version", TWINSITE_VERSION);
    app.add_option("--topology", options.topology, "The topology file")->capture_default_str();
    app.add_option("--output", output, "text or json")
        ->check(CLI::IsMember({"text", "json"}))
        ->capture_default_str();

    auto* check = app.add_subcommand("check", "Findings about the topology file");
    auto* render_command =
        app.add_subcommand("render", "Print the configuration that the topology asks for");
    render_command->add_option("--format", render.format, "cib, drbd or corosync")
        ->required()
        ->check(CLI::IsMember({"cib", "drbd", "corosync"}));
    render_command->add_option("--output-dir", render.output_dir,
                               "With drbd: write LUN.res files into this directory");
    auto* apply_command =
        app.add_subcommand("apply", "Bring the cluster's configuration in line with the topology");
    apply_command->add_flag("--yes", apply.yes, "Do it");
    apply_command->add_flag("--allow-restarts", apply.allow_restarts,
                            "Even if running VMs are stopped or restarted by it");
    auto* plan = app.add_subcommand("plan", "What apply would change, and what Pacemaker would do");
    auto* status = app.add_subcommand("status", "The site map: what runs where");

    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& problem) {
        const int code = app.exit(problem);
        return code == 0 ? 0 : static_cast<int>(Exit::usage);
    }
    options.json = output == "json";
    Exit exit = Exit::usage;
    if (check->parsed()) {
        exit = run_check(options);
    } else if (render_command->parsed()) {
        exit = run_render(options, render);
    } else if (plan->parsed()) {
        exit = run_plan(options);
    } else if (apply_command->parsed()) {
        exit = run_apply(options, apply);
    } else if (status->parsed()) {
        exit = run_status(options);
    }
    return static_cast<int>(exit);
}

} // namespace

} // namespace twinsite::cli

int main(int argc, char** argv) {
    try {
        return twinsite::cli::run(argc, argv);
    } catch (const std::exception& bug) {
        fmt::print(stderr, "twinsite: internal error: {}\n", bug.what());
        return static_cast<int>(twinsite::cli::Exit::usage);
    }
}
