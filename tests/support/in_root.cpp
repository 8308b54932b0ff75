#include "tests/support/in_root.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <system_error>

namespace twinsite::testing {

std::filesystem::path cached_root() {
    const char* named = std::getenv("TWINSITE_ROOT");
    return named != nullptr && *named != '\0' ? named : "/var/cache/twinsite/root";
}

std::optional<std::string> root_is_missing() {
    std::error_code error;
    if (!std::filesystem::exists(cached_root() / "usr/bin/env", error)) {
        return fmt::format("there is no cached root at {} (TWINSITE_ROOT names another one)",
                           cached_root().string());
    }
    if (::geteuid() != 0) {
        return "only root may enter the cached root";
    }
    return std::nullopt;
}

Result<process::Output> run_in_root(const std::vector<std::string>& argv,
                                    const std::vector<Bind>& binds, Milliseconds patience) {
    process::Command command{.argv = {TWINSITE_TEST_SUPPORT_DIR "/in-root"},
                             .input = {},
                             .environment = {{"TWINSITE_ROOT", cached_root().string()}}};
    for (const auto& [source, target] : binds) {
        command.argv.emplace_back("--bind");
        command.argv.push_back(source.string() + "=" + target.string());
    }
    command.argv.emplace_back("--");
    command.argv.insert(command.argv.end(), argv.begin(), argv.end());
    return process::SystemCommandRunner().run(command, Deadline::after(SystemClock(), patience));
}

} // namespace twinsite::testing
