#include <twinsite/base/handle.hpp>
#include <twinsite/base/text.hpp>
#include <twinsite/block/errors.hpp>

#include <fcntl.h>
#include <fmt/format.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

namespace twinsite::block {

namespace {

/// A record never is longer (CONSOLE_EXT_LOG_MAX, kernel/printk/printk.c of 6.1).
constexpr std::size_t longest_record = 8192;
/// A log that grows faster than it is read.
constexpr int most_records = 200'000;

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

void ErrorCount::take(std::string_view record) {
    const auto head = record.find(';');
    if (head == std::string_view::npos) {
        return;
    }
    const auto fields = split(record.substr(0, head), ",");
    const auto at = fields.size() < 3 ? fail(ErrorKind::protocol, "no time")
                                      : parse_integer(fields[2], 0, INT64_MAX);
    if (!at || static_cast<std::uint64_t>(*at) < since_) {
        return;
    }
    // What follows the first line are the record's keys.
    const std::string_view body = record.substr(head + 1);
    const std::string_view text = body.substr(0, body.find('\n'));
    if (std::any_of(names_.begin(), names_.end(),
                    [&](const std::string& name) { return tells_error_of(text, name); })) {
        ++errors_.count;
        errors_.last = printable(text, 200);
    }
}

Result<DeviceErrors> recent_errors(std::span<const std::string> names, Milliseconds period) {
    const FileDescriptor log(::open("/dev/kmsg", O_RDONLY | O_NONBLOCK | O_CLOEXEC));
    if (!log.valid()) {
        return fail(error_from_errno(errno, "/dev/kmsg"));
    }
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    const auto uptime = static_cast<std::uint64_t>(now.tv_sec) * 1'000'000 +
                        static_cast<std::uint64_t>(now.tv_nsec) / 1000;
    const auto length = static_cast<std::uint64_t>(period.count()) * 1000;
    ErrorCount counted(names, uptime > length ? uptime - length : 0);
    std::array<char, longest_record> record{};
    for (int i = 0; i < most_records; ++i) {
        const ssize_t size = ::read(log.get(), record.data(), record.size());
        if (size > 0) {
            counted.take({record.data(), static_cast<std::size_t>(size)});
        } else if (size == 0 || errno == EAGAIN) {
            break;
        } else if (errno != EPIPE && errno != EINTR) { // EPIPE: records were overwritten meanwhile
            return fail(error_from_errno(errno, "/dev/kmsg"));
        }
    }
    return counted.errors();
}

} // namespace twinsite::block
