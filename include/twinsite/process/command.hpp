// The only place where twinsite starts another program.
#pragma once

#include <twinsite/base/deadline.hpp>
#include <twinsite/base/result.hpp>

#include <string>
#include <utility>
#include <vector>

namespace twinsite::process {

/// An argument vector; no shell sees it. A program without '/' is looked up in PATH.
struct Command {
    std::vector<std::string> argv;
    std::string input;                                            ///< becomes stdin
    std::vector<std::pair<std::string, std::string>> environment; ///< added to the caller's

    /// For messages. Arguments are never secrets: those go through INPUT.
    [[nodiscard]] std::string text() const;
};

struct Output {
    int exit_code = 0; ///< 128 + signal when it was killed by one
    std::string out;
    std::string err;

    [[nodiscard]] bool ok() const { return exit_code == 0; }
    /// The last line of stderr, else of stdout: what a person would look at first.
    [[nodiscard]] std::string complaint() const;
};

class CommandRunner {
public:
    CommandRunner() = default;
    CommandRunner(const CommandRunner&) = delete;
    CommandRunner& operator=(const CommandRunner&) = delete;
    virtual ~CommandRunner() = default;

    /// Run to its end. Any exit code is an Output, not an error.
    /// Errors: not_installed when the program does not exist; permission; timeout when it did not
    /// end before the deadline: it was killed with all its children, and reaped unless it hangs in
    /// the kernel. More than 16 MiB of output is an error of kind protocol.
    virtual Result<Output> run(const Command& command, const Deadline& deadline) = 0;

    /// run(), with a non-zero exit code made an error of kind internal that quotes complaint().
    Result<std::string> run_ok(const Command& command, const Deadline& deadline);
};

class SystemCommandRunner final : public CommandRunner {
public:
    Result<Output> run(const Command& command, const Deadline& deadline) override;
};

} // namespace twinsite::process
