// twinsite: generates, checks and shows the configuration of a two-site cluster.
#include "cli/arguments.hpp"
#include "cli/commands.hpp"
#include "cli/misuse.hpp"

#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <exception>
#include <string>
#include <system_error>
#include <vector>

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
        const std::vector<std::string> words(argv + 1, argv + std::max(argc, 1));
        const bool asked_for_help = problem.get_exit_code() == 0;
        if (const std::string wrong = asked_for_help ? "" : explain_misuse(app, words);
            !wrong.empty()) {
            fmt::print(stderr, "twinsite: {}\nRun \"twinsite --help\" for more.\n", wrong);
            return static_cast<int>(Exit::usage);
        }
        return app.exit(problem) == 0 ? 0 : static_cast<int>(Exit::usage);
    }
    return static_cast<int>(arguments.action());
}

/// A configuration that a full disk cut short must not look like a whole one.
int written(int exit_code) {
    if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) {
        return exit_code;
    }
    fmt::print(stderr, "twinsite: not all of the output could be written: {}\n",
               std::generic_category().message(errno));
    return static_cast<int>(Exit::usage);
}

} // namespace

} // namespace twinsite::cli

int main(int argc, char** argv) {
    try {
        return twinsite::cli::written(twinsite::cli::run(argc, argv));
    } catch (const std::exception& bug) {
        fmt::print(stderr, "twinsite: internal error: {}\n", bug.what());
        return static_cast<int>(twinsite::cli::Exit::usage);
    }
}
