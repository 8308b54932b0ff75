#include <twinsite/base/text.hpp>
#include <twinsite/block/errors.hpp>

#include <fmt/format.h>
#include <sys/klog.h>
#include <time.h>

#include <algorithm>
#include <cerrno>
#include <optional>

namespace twinsite::block {

namespace {

/// One call instead of one for each record of /dev/kmsg, which took longer than the rest of a
/// monitor; and no more of the log than a few minutes of it.
constexpr std::size_t latest = 128UL * 1024UL;
constexpr int read_all = 3; // SYSLOG_ACTION_READ_ALL, syslog(2)

struct Line {
    std::uint64_t at; ///< microseconds
    std::string_view text;
};

std::optional<Line> parse(std::string_view line) {
    const auto begin = line.find('[');
    const auto end = line.find(']');
    if (begin == std::string_view::npos || end == std::string_view::npos || end < begin) {
        return std::nullopt;
    }
    const auto words = split(line.substr(begin + 1, end - begin - 1), " .");
    if (words.size() != 2) {
        return std::nullopt;
    }
    const auto seconds = parse_integer(words[0], 0, INT32_MAX);
    const auto fraction = parse_integer(words[1], 0, 999'999);
    if (!seconds || !fraction) {
        return std::nullopt;
    }
    std::string_view text = line.substr(end + 1);
    if (const auto caller = text.find(']'); text.starts_with('[') && caller != text.npos) {
        text = text.substr(caller + 1); // CONFIG_PRINTK_CALLER
    }
    return Line{static_cast<std::uint64_t>(*seconds) * 1'000'000 +
                    static_cast<std::uint64_t>(*fraction),
                trim(text)};
}

/// block/blk-core.c: only these lose data; a discard that is refused does not.
bool touches_data(std::string_view text) {
    const auto operation = text.find(" op 0x");
    if (operation == std::string_view::npos) {
        return true;
    }
    const std::string_view name = text.substr(operation + 6);
    return name.starts_with("0:") || name.starts_with("1:") || name.starts_with("2:");
}

/// WORDS, then NAME as a whole word.
bool names_device(std::string_view text, std::string_view words, std::string_view name) {
    const auto at = text.find(words);
    if (at == std::string_view::npos) {
        return false;
    }
    const std::string_view rest = text.substr(at + words.size());
    return rest.starts_with(name) && (rest.size() == name.size() || rest[name.size()] == ',');
}

bool tells_error_of(std::string_view text, std::string_view name) {
    // block/blk-mq.c; fs/buffer.c; drivers/block/drbd/drbd_req.c
    return (names_device(text, " error, dev ", name) && touches_data(text)) ||
           names_device(text, "Buffer I/O error on dev ", name) ||
           (text.find(fmt::format(" {}: local ", name)) != std::string_view::npos &&
            text.find(" IO error sector ") != std::string_view::npos);
}

} // namespace

void ErrorCount::take(std::string_view line) {
    // Nearly every line is about something else.
    if (line.find(" error") == std::string_view::npos) {
        return;
    }
    const auto parsed = parse(line);
    if (parsed && parsed->at >= since_ &&
        std::any_of(names_.begin(), names_.end(),
                    [&](const std::string& name) { return tells_error_of(parsed->text, name); })) {
        ++errors_.count;
        errors_.last = printable(parsed->text, 200);
    }
}

Result<DeviceErrors> recent_errors(std::span<const std::string> names, Milliseconds period) {
    std::string text(latest, '\0');
    const int size = ::klogctl(read_all, text.data(), static_cast<int>(text.size()));
    if (size < 0) {
        return fail(error_from_errno(errno, "the kernel's log"));
    }
    text.resize(static_cast<std::size_t>(size));
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    const auto uptime = static_cast<std::uint64_t>(now.tv_sec) * 1'000'000 +
                        static_cast<std::uint64_t>(now.tv_nsec) / 1000;
    const auto length = static_cast<std::uint64_t>(period.count()) * 1000;
    ErrorCount counted(names, uptime > length ? uptime - length : 0);
    for (const std::string_view line : lines(text)) {
        counted.take(line);
    }
    return counted.errors();
}

} // namespace twinsite::block
