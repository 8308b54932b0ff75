#include "lab/scenario/acknowledged_writes.hpp"

#include <twinsite/base/text.hpp>

#include <algorithm>

namespace twinsite::lab {

namespace {

/// No live migration goes there and back in less: a guest heard on A, B and A again within this
/// time runs on both.
constexpr std::chrono::milliseconds fastest_round_trip{2000};

double seconds(TimePoint::duration duration) {
    return std::chrono::duration<double>(duration).count();
}

/// Follows one guest from its first line to its last.
class Judge {
public:
    Judge(TimePoint from, TimePoint until)
        : from_(from)
        , until_(until)
        , last_write_(from) {}

    void hear(const GuestLine& line) {
        if (line.kind == GuestLine::Kind::acknowledged) {
            acknowledge(line);
        } else if (inside(line)) {
            (line.kind == GuestLine::Kind::booted ? report_.restarts : report_.io_errors) += 1;
        }
        booted_ =
            line.kind == GuestLine::Kind::booted ||
            (booted_ && line.node == boot_node_ && line.kind != GuestLine::Kind::acknowledged);
        if (line.kind == GuestLine::Kind::booted) {
            boot_node_ = line.node;
        }
    }

    GuestReport finish() {
        report_.longest_pause = std::max(report_.longest_pause, seconds(until_ - last_write_));
        report_.node = node_;
        return report_;
    }

private:
    [[nodiscard]] bool inside(const GuestLine& line) const { return line.at >= from_; }

    void acknowledge(const GuestLine& line) {
        if (line.number <= highest_ && inside(line)) {
            report_.lost_writes += highest_ - line.number + 1;
        }
        highest_ = line.number;
        if (line.node != node_) {
            change_node(line);
        }
        if (inside(line)) {
            report_.longest_pause = std::max(report_.longest_pause, seconds(line.at - last_write_));
            report_.writes += 1;
            last_write_ = line.at;
        }
    }

    void change_node(const GuestLine& line) {
        if (inside(line) && !node_.empty()) {
            if (line.node == node_before_ && line.at - came_ < fastest_round_trip) {
                report_.run_twice += seconds(line.at - came_);
            }
            if (!(booted_ && boot_node_ == line.node)) {
                report_.migrations += 1;
            }
        }
        node_before_ = node_;
        node_ = line.node;
        came_ = line.at;
    }

    TimePoint from_;
    TimePoint until_;
    TimePoint last_write_;
    GuestReport report_;
    std::uint64_t highest_ = 0;
    std::string node_;
    std::string node_before_;
    TimePoint came_;
    bool booted_ = false;
    std::string boot_node_;
};

} // namespace

bool parse_guest_line(std::string_view text, GuestLine& line) {
    const std::string_view word = trim(text);
    if (word == "boot") {
        line.kind = GuestLine::Kind::booted;
        return true;
    }
    if (word == "read error" || word == "write error") {
        line.kind = GuestLine::Kind::io_error;
        return true;
    }
    if (!word.ends_with('.')) {
        return false;
    }
    const auto number = parse_integer(word.substr(0, word.size() - 1), 0, INT64_MAX);
    line.kind = GuestLine::Kind::acknowledged;
    line.number = static_cast<std::uint64_t>(number.value_or(0));
    return number.has_value();
}

GuestReport judge(const GuestHistory& history, TimePoint from, TimePoint until) {
    Judge judge(from, until);
    for (const GuestLine& line : history) {
        if (line.at > until) {
            break;
        }
        judge.hear(line);
    }
    return judge.finish();
}

} // namespace twinsite::lab
