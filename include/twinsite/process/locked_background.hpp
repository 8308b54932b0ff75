// A background process that is found, and ended, through a lock on a file: who wants to know
// whether it is alive needs no process list and cannot hit a stranger.
#pragma once

#include <twinsite/base/deadline.hpp>
#include <twinsite/base/result.hpp>

#include <filesystem>
#include <functional>

namespace twinsite::process {

/// It holds the lock on FILE for as long as it lives, and the file has its process id.
class LockedBackground {
public:
    /// CLOCK outlives this object.
    LockedBackground(std::filesystem::path file, Clock& clock);

    [[nodiscard]] bool alive() const;
    /// Runs WORK as run_in_background() does. Error conflict when there is one already.
    Status begin(const std::function<void()>& work) const;
    /// Waits PATIENCE for it to end by itself, then kills it, and removes the file. Success when
    /// there is none. Error timeout when it does not go.
    Status end(const Deadline& deadline, Milliseconds patience) const;

private:
    void kill_holder() const;

    std::filesystem::path file_;
    Clock& clock_;
};

} // namespace twinsite::process
