// A program that goes on telling, line by line, for as long as somebody listens.
#pragma once

#include <twinsite/base/deadline.hpp>
#include <twinsite/base/handle.hpp>
#include <twinsite/base/result.hpp>
#include <twinsite/process/command.hpp>

#include <sys/types.h>

#include <optional>
#include <string>

namespace twinsite::process {

class LineStream {
public:
    /// COMMAND's input is not used, its stderr goes nowhere. Errors: as CommandRunner::run.
    static Result<LineStream> open(const Command& command);
    LineStream(const LineStream&) = delete;
    LineStream& operator=(const LineStream&) = delete;
    LineStream(LineStream&& other) noexcept;
    LineStream& operator=(LineStream&&) = delete;
    /// Ends the program.
    ~LineStream();

    /// The next line; empty when none came within PATIENCE. Error not_found: the program has ended.
    Result<std::optional<std::string>> next(Milliseconds patience);

private:
    LineStream(pid_t pid, FileDescriptor output)
        : pid_(pid)
        , output_(std::move(output)) {}
    std::optional<std::string> take_line();

    pid_t pid_;
    FileDescriptor output_;
    std::string rest_;
};

} // namespace twinsite::process
