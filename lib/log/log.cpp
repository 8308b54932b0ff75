#include "lib/log/qb_library.hpp"

#include <twinsite/log/log.hpp>

#include <qb/qblog.h>
#include <syslog.h>

#include <algorithm>
#include <atomic>

namespace twinsite::log {

namespace {

// -1: no session, nothing is written.
std::atomic<int> threshold{-1};
Options current;
bool initialized = false;

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

void open_target(const QbLibrary& qb, int target, int level) {
    qb.filter_ctl(target, QB_LOG_FILTER_ADD, QB_LOG_FILTER_FILE, "*",
                  static_cast<std::uint8_t>(level));
    qb.ctl(target, QB_LOG_CONF_ENABLED, QB_TRUE);
}

/// With the first message: most monitors have none, and do not pay.
void initialize(const QbLibrary& qb) {
    const int level = priority(current.level);
    qb.init(current.name.c_str(), LOG_DAEMON, static_cast<std::uint8_t>(LOG_EMERG));
    qb.ctl(QB_LOG_SYSLOG, QB_LOG_CONF_ENABLED, QB_FALSE);
    if (current.use_syslog) {
        open_target(qb, QB_LOG_SYSLOG, std::min(level, LOG_INFO));
    }
    if (current.use_stderr) {
        qb.format_set(QB_LOG_STDERR, "%N: %p: %b");
        open_target(qb, QB_LOG_STDERR, level);
    }
    initialized = true;
}

} // namespace

Session::Session(const Options& options) {
    current = options;
    initialized = false;
    threshold = priority(options.level);
}

Session::~Session() {
    threshold = -1;
    if (initialized) {
        qb_library()->fini();
        initialized = false;
    }
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
    const QbLibrary* qb = qb_library();
    if (qb == nullptr) { // a message is worth more than its form
        fmt::print(stderr, "{}: {}\n", current.name, line);
        return;
    }
    if (!initialized) {
        initialize(*qb);
    }
    qb->from_external_source("twinsite", "log.cpp", "%s",
                             static_cast<std::uint8_t>(priority(level)), 1, 0, line.c_str());
}

} // namespace twinsite::log
