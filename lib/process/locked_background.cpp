#include <twinsite/base/file.hpp>
#include <twinsite/base/text.hpp>
#include <twinsite/process/background.hpp>
#include <twinsite/process/locked_background.hpp>

#include <fmt/format.h>
#include <sys/types.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <system_error>
#include <utility>

namespace twinsite::process {

namespace {

constexpr Milliseconds poll_interval{5};

} // namespace

LockedBackground::LockedBackground(std::filesystem::path file, Clock& clock)
    : file_(std::move(file))
    , clock_(clock) {}

bool LockedBackground::alive() const {
    std::error_code error;
    if (!std::filesystem::exists(file_, error)) {
        return false;
    }
    const auto lock = try_lock_file(file_);
    return !lock && lock.error().kind == ErrorKind::conflict;
}

Status LockedBackground::begin(const std::function<void()>& work) const {
    const auto lock = try_lock_file(file_);
    if (!lock) {
        return fail(lock.error());
    }
    // The id of a predecessor that was killed may be a stranger's by now: nobody may find it under
    // our lock.
    if (::ftruncate(lock->get(), 0) != 0) {
        return fail(error_from_errno(errno, file_.string()));
    }
    // The lock is the child's as much as ours, and stays when we end.
    return run_in_background(*lock, [&] {
        const std::string id = fmt::format("{}\n", ::getpid());
        if (::pwrite(lock->get(), id.data(), id.size(), 0) == static_cast<ssize_t>(id.size())) {
            work();
        }
    });
}

/// It may be frozen: only SIGKILL reaches it then.
void LockedBackground::kill_holder() const {
    const auto text = read_file(file_, 64);
    const auto id = parse_integer(trim(text.value_or("")), 2, INT32_MAX);
    if (id && alive()) { // alive: the number in the file is still the holder's
        ::kill(static_cast<pid_t>(*id), SIGKILL);
    }
}

Status LockedBackground::end(const Deadline& deadline, Milliseconds patience) const {
    const auto by_itself = deadline.within(clock_, patience);
    const bool gone = poll_until(clock_, deadline, poll_interval, [&] {
        if (!alive()) {
            return true;
        }
        if (by_itself.passed(clock_)) {
            kill_holder();
        }
        return false;
    });
    if (!gone) {
        return fail(ErrorKind::timeout,
                    fmt::format("the background process named in {} does not end", file_.string()));
    }
    std::error_code ignored;
    std::filesystem::remove(file_, ignored);
    return {};
}

} // namespace twinsite::process
