// A process without a program of its own: start forks it off, and it holds a lock on a file that
// names it for as long as it lives. Who wants to know whether it is alive, or to end it, needs no
// process list and cannot hit a stranger.
#include "agents/vip/guard.hpp"

#include "agents/vip/guard_duty.hpp"

#include <twinsite/base/file.hpp>
#include <twinsite/base/text.hpp>
#include <twinsite/process/background.hpp>

#include <fmt/format.h>
#include <sys/types.h>
#include <unistd.h>

#include <csignal>
#include <system_error>

namespace twinsite::vip {

namespace {

std::filesystem::path with_ending(const std::filesystem::path& path, std::string_view ending) {
    return path.string() + std::string(ending);
}

class ProcessGuard final : public Guard {
public:
    ProcessGuard(const RecordFile& record, std::string name, std::function<void()> show,
                 Clock& clock)
        : record_(record.path())
        , lock_(with_ending(record_, ".guard"))
        , report_(with_ending(record_, ".conflict"))
        , name_(std::move(name))
        , show_(std::move(show))
        , clock_(clock) {}

    [[nodiscard]] bool alive() const override {
        std::error_code error;
        if (!std::filesystem::exists(lock_, error)) {
            return false;
        }
        const auto lock = try_lock_file(lock_);
        return !lock && lock.error().kind == ErrorKind::conflict;
    }

    Status begin(const Record& record, const WatchPlan& plan) override {
        const auto lock = try_lock_file(lock_);
        if (!lock) {
            return fail(lock.error());
        }
        // The lock is the child's as much as ours, and stays when we end.
        return process::run_in_background(*lock, [&] {
            show_();
            const std::string id = fmt::format("{}\n", ::getpid());
            if (::ftruncate(lock->get(), 0) == 0 &&
                ::pwrite(lock->get(), id.data(), id.size(), 0) == static_cast<ssize_t>(id.size())) {
                stand_guard({.name = name_,
                             .record_file = record_,
                             .report_file = report_,
                             .record = record,
                             .plan = plan});
            }
        });
    }

    Status end(const Deadline& deadline) override {
        const bool gone = poll_until(clock_, deadline, Milliseconds(5), [this] {
            if (!alive()) {
                return true;
            }
            kill_holder();
            return false;
        });
        if (!gone) {
            return fail(
                ErrorKind::timeout,
                fmt::format("the background process named in {} does not end", lock_.string()));
        }
        std::error_code ignored;
        std::filesystem::remove(lock_, ignored);
        return {};
    }

    std::optional<ConflictReport> take_report() override {
        const auto taken = with_ending(report_, ".taken");
        std::error_code error;
        std::filesystem::rename(report_, taken, error);
        if (error) {
            return std::nullopt;
        }
        const auto text = read_file(taken);
        std::filesystem::remove(taken, error);
        if (!text) {
            return std::nullopt;
        }
        const auto report = parse_report(*text);
        return report ? std::optional(*report) : std::nullopt;
    }

    void clear() override {
        std::error_code ignored;
        std::filesystem::remove(report_, ignored);
    }

private:
    /// It has nothing to finish, and may be frozen: only SIGKILL reaches it then.
    void kill_holder() const {
        const auto text = read_file(lock_, 64);
        const auto id = parse_integer(trim(text.value_or("")), 2, INT32_MAX);
        if (id && alive()) { // alive: the number in the file is still the holder's
            ::kill(static_cast<pid_t>(*id), SIGKILL);
        }
    }

    std::filesystem::path record_;
    std::filesystem::path lock_;
    std::filesystem::path report_;
    std::string name_;
    std::function<void()> show_;
    Clock& clock_;
};

} // namespace

std::string to_text(const ConflictReport& report) {
    return fmt::format("{} {} {} {}\n", report.address.text(), report.by, report.packets,
                       report.given_up ? 1 : 0);
}

Result<ConflictReport> parse_report(std::string_view text) {
    const auto words = split(text);
    if (words.size() != 4) {
        return fail(ErrorKind::protocol, "a conflict report makes no sense");
    }
    const auto address = network::parse_ip_address(words[0]);
    const auto packets = parse_integer(words[2], 0, UINT32_MAX);
    const auto given_up = parse_boolean(words[3]);
    if (!address || !packets || !given_up) {
        return fail(ErrorKind::protocol, "a conflict report makes no sense");
    }
    return ConflictReport{.address = *address,
                          .by = printable(words[1]),
                          .packets = static_cast<unsigned>(*packets),
                          .given_up = *given_up};
}

std::unique_ptr<Guard> open_guard(const RecordFile& record, std::string name,
                                  std::function<void()> show, Clock& clock) {
    return std::make_unique<ProcessGuard>(record, std::move(name), std::move(show), clock);
}

} // namespace twinsite::vip
