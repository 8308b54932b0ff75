#include "agents/mirror/link_watcher.hpp"

#include "agents/mirror/link_history.hpp"

#include <twinsite/base/file.hpp>
#include <twinsite/base/text.hpp>
#include <twinsite/log/log.hpp>
#include <twinsite/process/background.hpp>
#include <twinsite/process/line_stream.hpp>

#include <fmt/format.h>
#include <sys/types.h>
#include <unistd.h>

#include <csignal>
#include <ctime>
#include <system_error>

namespace twinsite::mirror {

namespace {

constexpr Milliseconds quiet_span{10000};
constexpr Milliseconds patience{5000};

/// The life of the background process.
class Watch {
public:
    explicit Watch(const BackgroundLinkWatcher::Duty& duty)
        : duty_(duty)
        , history_(duty.resource) {}

    void run() {
        auto stream = process::LineStream::open({{"drbdsetup", "events2", duty_.resource}, {}, {}});
        if (!stream) {
            log::warning("{}: the link is not watched: {}", duty_.resource, stream.error().message);
            return;
        }
        while (history_.state(clock_.now()) != LinkHistory::State::removed) {
            const auto line = stream->next(quiet_span);
            if (!line) {
                break; // the next monitor begins anew
            }
            if (*line) {
                history_.take(**line, clock_.now());
            }
            tell();
        }
        forget();
    }

private:
    /// What has changed since it was last told, or could not be told then.
    void tell() {
        const auto state = history_.state(clock_.now());
        if (state == told_ || state == LinkHistory::State::unknown ||
            state == LinkHistory::State::removed) {
            return;
        }
        const std::size_t losses = history_.losses(clock_.now());
        if (state != logged_) {
            logged_ = state;
            log::at(state == LinkHistory::State::up ? log::Level::notice : log::Level::warning,
                    "{}: the mirror's link is {}; lost {} times in ten minutes", duty_.resource,
                    to_string(state), losses);
            static_cast<void>(
                replace_file(link_file(duty_.folders, duty_.resource),
                             fmt::format("{} {} {}\n", to_string(state), losses,
                                         static_cast<std::int64_t>(std::time(nullptr)))));
        }
        bool known = update(link_attribute(duty_.resource), std::string(to_string(state)));
        if (duty_.health) {
            // Never red: both sides see the same loss, and both may not be left.
            known = update(health_attribute(duty_.resource),
                           state == LinkHistory::State::up ? "green" : "yellow") &&
                    known;
        }
        if (known) {
            told_ = state;
        }
    }

    void forget() {
        std::error_code ignored;
        std::filesystem::remove(link_file(duty_.folders, duty_.resource), ignored);
        ask({"--name=" + link_attribute(duty_.resource), "--delete"});
        if (duty_.health) {
            ask({"--name=" + health_attribute(duty_.resource), "--delete"});
        }
    }

    bool update(const std::string& name, const std::string& value) {
        return ask({"--name=" + name, "--update=" + value});
    }

    bool ask(std::vector<std::string> words) {
        words.insert(words.begin(), {"attrd_updater", "--quiet"});
        return runner_.run_ok({std::move(words), {}, {}}, Deadline::after(clock_, patience))
            .has_value();
    }

    const BackgroundLinkWatcher::Duty& duty_;
    SystemClock clock_;
    process::SystemCommandRunner runner_;
    LinkHistory history_;
    LinkHistory::State told_ = LinkHistory::State::unknown;
    LinkHistory::State logged_ = LinkHistory::State::unknown;
};

void watch(const BackgroundLinkWatcher::Duty& duty) {
    const log::Session session({.name = fmt::format("mirror({})", duty.resource),
                                .use_stderr = false,
                                .use_syslog = true});
    Watch(duty).run();
}

} // namespace

BackgroundLinkWatcher::BackgroundLinkWatcher(Duty duty, Clock& clock)
    : duty_(std::move(duty))
    , clock_(clock) {}

std::filesystem::path BackgroundLinkWatcher::lock_file() const {
    return duty_.folders.run / fmt::format("{}.watcher", duty_.resource);
}

bool BackgroundLinkWatcher::alive() const {
    std::error_code error;
    if (!std::filesystem::exists(lock_file(), error)) {
        return false;
    }
    const auto lock = try_lock_file(lock_file());
    return !lock && lock.error().kind == ErrorKind::conflict;
}

Status BackgroundLinkWatcher::keep_watching() {
    std::error_code failed;
    std::filesystem::create_directories(duty_.folders.run, failed);
    const auto lock = try_lock_file(lock_file());
    if (!lock) {
        return lock.error().kind == ErrorKind::conflict ? Status{} : fail(lock.error());
    }
    // The lock is the child's as much as ours, and stays when we end.
    return process::run_in_background(*lock, [&] {
        const std::string id = fmt::format("{}\n", ::getpid());
        if (::ftruncate(lock->get(), 0) == 0 &&
            ::pwrite(lock->get(), id.data(), id.size(), 0) == static_cast<ssize_t>(id.size())) {
            watch(duty_);
        }
    });
}

void BackgroundLinkWatcher::kill_holder() const {
    const auto text = read_file(lock_file(), 64);
    const auto id = parse_integer(trim(text.value_or("")), 2, INT32_MAX);
    if (id && alive()) { // alive: the number in the file is still the holder's
        ::kill(static_cast<pid_t>(*id), SIGKILL);
    }
}

Status BackgroundLinkWatcher::end(const Deadline& deadline) {
    const auto gone = [this] { return !alive(); };
    // With the resource gone it ends by itself, and tidies up.
    bool ended = poll_until(clock_, deadline.within(clock_, patience), Milliseconds(20), gone);
    if (!ended) {
        kill_holder();
        ended = poll_until(clock_, deadline, Milliseconds(20), gone);
    }
    if (!ended) {
        return fail(
            ErrorKind::timeout,
            fmt::format("the background process named in {} does not end", lock_file().string()));
    }
    std::error_code ignored;
    std::filesystem::remove(lock_file(), ignored);
    return {};
}

} // namespace twinsite::mirror
