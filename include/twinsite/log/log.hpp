// The one log sink. Formatting happens only when somebody listens.
#pragma once

#include <fmt/core.h>

#include <string>
#include <string_view>
#include <utility>

namespace twinsite::log {

enum class Level { error, warning, notice, info, debug };

/// Where messages go: stderr (Pacemaker's executor logs it), and the system log when SYSLOG.
struct Options {
    std::string name;          ///< in front of every message
    Level level = Level::info; ///< the least important level that is shown
    bool use_stderr = true;
    bool use_syslog = false;
};

/// Starts logging for this process; the destructor flushes and ends it. One per process, in main.
class Session {
public:
    explicit Session(const Options& options);
    Session(const Session&) = delete;
    Session& operator=(const Session&) = delete;
    Session(Session&&) = delete;
    Session& operator=(Session&&) = delete;
    ~Session();
};

[[nodiscard]] bool enabled(Level level);
/// One line; newlines inside become blanks. Before a Session exists nothing is written.
void write(Level level, std::string_view message);

template <typename... Args>
void at(Level level, fmt::format_string<Args...> format, Args&&... args) {
    if (enabled(level)) {
        write(level, fmt::format(format, std::forward<Args>(args)...));
    }
}

template <typename... Args>
void error(fmt::format_string<Args...> format, Args&&... args) {
    at(Level::error, format, std::forward<Args>(args)...);
}
template <typename... Args>
void warning(fmt::format_string<Args...> format, Args&&... args) {
    at(Level::warning, format, std::forward<Args>(args)...);
}
template <typename... Args>
void notice(fmt::format_string<Args...> format, Args&&... args) {
    at(Level::notice, format, std::forward<Args>(args)...);
}
template <typename... Args>
void info(fmt::format_string<Args...> format, Args&&... args) {
    at(Level::info, format, std::forward<Args>(args)...);
}
template <typename... Args>
void debug(fmt::format_string<Args...> format, Args&&... args) {
    at(Level::debug, format, std::forward<Args>(args)...);
}

} // namespace twinsite::log
