// A background process that listens to DRBD's events, so that a lost link is told at once and not
// with the next monitor.
#pragma once

#include "agents/mirror/caretaker.hpp"

#include <twinsite/base/deadline.hpp>
#include <twinsite/base/result.hpp>

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

/// The process holds a lock on RUN/RESOURCE.watcher for as long as it lives.
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
    [[nodiscard]] std::filesystem::path lock_file() const;
    [[nodiscard]] bool alive() const;
    void kill_holder() const;

    Duty duty_;
    Clock& clock_;
};

} // namespace twinsite::mirror
