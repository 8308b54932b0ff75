// A background process that listens to DRBD's events, so that a lost link is told at once and not
// with the next monitor.
#pragma once

#include "agents/mirror/caretaker.hpp"

#include <twinsite/base/deadline.hpp>
#include <twinsite/base/result.hpp>
#include <twinsite/process/locked_background.hpp>

#include <string>

namespace twinsite::mirror {

class LinkWatcher {
public:
    LinkWatcher() = default;
    LinkWatcher(const LinkWatcher&) = delete;
    LinkWatcher& operator=(const LinkWatcher&) = delete;
    virtual ~LinkWatcher() = default;

    /// Begin to watch; nothing happens when somebody watches already.
    virtual Status keep_watching() = 0;
    /// It ends by itself with the resource; this makes sure. Error timeout.
    virtual Status end(const Deadline& deadline) = 0;
};

/// The process holds the lock on RUN/RESOURCE.watcher.
class BackgroundLinkWatcher final : public LinkWatcher {
public:
    struct Duty {
        std::string resource;
        Folders folders;
        bool health = false; ///< also say it in #health-mirror-RESOURCE
    };

    BackgroundLinkWatcher(Duty duty, Clock& clock);

    Status keep_watching() override;
    Status end(const Deadline& deadline) override;

private:
    Duty duty_;
    process::LockedBackground process_;
};

} // namespace twinsite::mirror
