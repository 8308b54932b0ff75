#include <twinsite/base/text.hpp>
#include <twinsite/process/command.hpp>

#include <fmt/format.h>

namespace twinsite::process {

std::string Command::text() const {
    return join(argv, " ");
}

std::string Output::complaint() const {
    for (const std::string* stream : {&err, &out}) {
        const auto all = lines(*stream);
        for (auto line = all.rbegin(); line != all.rend(); ++line) {
            if (!trim(*line).empty()) {
                return printable(trim(*line), 200);
            }
        }
    }
    return "no message";
}

Result<std::string> CommandRunner::run_ok(const Command& command, const Deadline& deadline) {
    auto output = run(command, deadline);
    if (!output) {
        return fail(output.error());
    }
    if (!output->ok()) {
        return fail(ErrorKind::internal, fmt::format("{} failed with {}: {}", command.text(),
                                                     output->exit_code, output->complaint()));
    }
    return std::move(output->out);
}

} // namespace twinsite::process
