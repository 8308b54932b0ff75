#include <twinsite/log/log.hpp>

#include <qb/qblog.h>
#include <syslog.h>

#include <algorithm>
#include <atomic>

namespace twinsite::log {

namespace {

// -1: no session, nothing is written.
std::atomic<int> threshold{-1};

int priority(Level level) {
    switch (level) {
    case Level::error:
        return LOG_ERR;
    case Level::warning:
        return LOG_WARNING;
    case Level::notice:
        return LOG_NOTICE;
    case Level::info:
        return LOG_INFO;
    case Level::debug:
        return LOG_DEBUG;
    }
    return LOG_ERR;
}

void open_target(int target, int level) {
    qb_log_filter_ctl(target, QB_LOG_FILTER_ADD, QB_LOG_FILTER_FILE, "*",
                      static_cast<std::uint8_t>(level));
    qb_log_ctl(target, QB_LOG_CONF_ENABLED, QB_TRUE);
}

} // namespace

Session::Session(const Options& options) {
    const int level = priority(options.level);
    qb_log_init(options.name.c_str(), LOG_DAEMON, static_cast<std::uint8_t>(LOG_EMERG));
    qb_log_ctl(QB_LOG_SYSLOG, QB_LOG_CONF_ENABLED, QB_FALSE);
    if (options.use_syslog) {
        open_target(QB_LOG_SYSLOG, std::min(level, LOG_INFO));
    }
    if (options.use_stderr) {
        qb_log_format_set(QB_LOG_STDERR, "%N: %p: %b");
        open_target(QB_LOG_STDERR, level);
    }
    threshold = level;
}

Session::~Session() {
    threshold = -1;
    qb_log_fini();
}

bool enabled(Level level) {
    return priority(level) <= threshold;
}

void write(Level level, std::string_view message) {
    if (!enabled(level)) {
        return;
    }
    std::string line(message);
    std::replace(line.begin(), line.end(), '\n', ' ');
    qb_log_from_external_source("twinsite", "log.cpp", "%s",
                                static_cast<std::uint8_t>(priority(level)), 1, 0, line.c_str());
}

} // namespace twinsite::log
