#include "agents/mirror/link_watcher.hpp"

#include "agents/mirror/link_history.hpp"

#include <twinsite/log/log.hpp>
#include <twinsite/process/command.hpp>
#include <twinsite/process/line_stream.hpp>

#include <fmt/format.h>
#include <unistd.h>

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
    /// What has changed since it was last noted and told, or could not be told then.
    void tell() {
        const auto state = history_.state(clock_.now());
        if (state == LinkHistory::State::unknown || state == LinkHistory::State::removed) {
            return;
        }
        const std::size_t losses = history_.losses(clock_.now());
        if (state != noted_ || history_.changes() != noted_changes_) {
            note(state, losses);
        }
        if (state == told_) {
            return;
        }
        if (state != logged_) {
            logged_ = state;
            log::at(state == LinkHistory::State::up ? log::Level::notice : log::Level::warning,
                    "{}: the mirror's link is {}; lost {} times in ten minutes", duty_.resource,
                    to_string(state), losses);
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

    void note(LinkHistory::State state, std::size_t losses) {
        noted_ = state;
        noted_changes_ = history_.changes();
        const LinkNote note{std::string(to_string(state)), std::to_string(losses),
                            fmt::format("{}.{}.{}", ::getpid(), begun_, noted_changes_)};
        static_cast<void>(write_link(duty_.folders, duty_.resource, note, std::time(nullptr)));
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
    const std::time_t begun_ = std::time(nullptr);
    SystemClock clock_;
    process::SystemCommandRunner runner_;
    LinkHistory history_;
    LinkHistory::State noted_ = LinkHistory::State::unknown;
    std::size_t noted_changes_ = 0;
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
    , process_(watcher_file(duty_.folders, duty_.resource), clock) {}

Status BackgroundLinkWatcher::keep_watching() {
    std::error_code failed;
    std::filesystem::create_directories(duty_.folders.run, failed);
    const auto begun = process_.begin([&] { watch(duty_); });
    return !begun && begun.error().kind == ErrorKind::conflict ? Status{} : begun;
}

Status BackgroundLinkWatcher::end(const Deadline& deadline) {
    // With the resource gone it ends by itself, and tidies up.
    return process_.end(deadline, patience);
}

} // namespace twinsite::mirror
