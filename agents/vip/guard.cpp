// A process without a program of its own: start forks it off.
#include "agents/vip/guard.hpp"

#include "agents/vip/guard_duty.hpp"

#include <twinsite/base/file.hpp>
#include <twinsite/base/text.hpp>
#include <twinsite/process/locked_background.hpp>

#include <fmt/format.h>

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
        , process_(with_ending(record_, ".guard"), clock)
        , report_(with_ending(record_, ".conflict"))
        , name_(std::move(name))
        , show_(std::move(show)) {}

    [[nodiscard]] bool alive() const override { return process_.alive(); }

    Status begin(const Record& record, const WatchPlan& plan) override {
        return process_.begin([&] {
            show_();
            stand_guard({.name = name_,
                         .record_file = record_,
                         .report_file = report_,
                         .record = record,
                         .plan = plan});
        });
    }

    /// It has nothing to finish.
    Status end(const Deadline& deadline) override {
        return process_.end(deadline, Milliseconds::zero());
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
    std::filesystem::path record_;
    process::LockedBackground process_;
    std::filesystem::path report_;
    std::string name_;
    std::function<void()> show_;
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
