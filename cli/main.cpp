// twinsite: generates, checks and shows the configuration of a two-site cluster.
#include "cli/arguments.hpp"
#include "cli/commands.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <exception>

namespace twinsite::cli {

namespace {

int run(int argc, char** argv) {
    Arguments arguments;
    CLI::App app{"Site affinity for a two-site Pacemaker cluster"};
    describe(app, arguments);
    try {
        app.parse(argc, argv);
        arguments.settle();
    } catch (const CLI::ParseError& problem) {
        return app.exit(problem) == 0 ? 0 : static_cast<int>(Exit::usage);
    }
    return static_cast<int>(arguments.action());
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
