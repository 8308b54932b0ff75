#include <twinsite/base/file.hpp>
#include <twinsite/base/handle.hpp>
#include <twinsite/base/text.hpp>
#include <twinsite/block/thin_pool.hpp>

#include <fcntl.h>
#include <fmt/format.h>
#include <linux/dm-ioctl.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <vector>

namespace twinsite::block {

namespace {

constexpr std::size_t answer_size = 16384;

/// "123/4096" in percent, rounded up: 100 only when nothing is left.
std::optional<unsigned> percent(std::string_view fraction) {
    const auto words = split(fraction, "/");
    if (words.size() != 2) {
        return std::nullopt;
    }
    const auto used = parse_integer(words[0], 0, INT64_MAX / 100);
    const auto total = parse_integer(words[1], 1, INT64_MAX);
    if (!used || !total) {
        return std::nullopt;
    }
    return static_cast<unsigned>(std::min<std::int64_t>(100, *used * 100 / *total));
}

/// The status line of the one target of a mapped device, "" when it is none of TYPE.
Result<std::string> target_status(dev_t device, std::string_view type) {
    const FileDescriptor control(::open("/dev/mapper/control", O_RDWR | O_CLOEXEC));
    if (!control.valid()) {
        return fail(error_from_errno(errno, "/dev/mapper/control"));
    }
    alignas(dm_ioctl) std::array<char, answer_size> buffer{};
    dm_ioctl question{};
    question.version[0] = DM_VERSION_MAJOR;
    question.data_size = answer_size;
    question.data_start = sizeof(dm_ioctl);
    // Not waiting for the pool's pending writes: a full pool would never answer.
    question.flags = DM_NOFLUSH_FLAG;
    question.dev =
        (minor(device) & 0xFFU) | (major(device) << 8U) | ((minor(device) & ~0xFFU) << 12U);
    std::memcpy(buffer.data(), &question, sizeof(question));
    if (::ioctl(control.get(), DM_TABLE_STATUS, buffer.data()) != 0) {
        return fail(error_from_errno(errno, "the status of a mapped device"));
    }
    dm_ioctl answer{};
    std::memcpy(&answer, buffer.data(), sizeof(answer));
    dm_target_spec target{};
    if (answer.target_count != 1 || answer.data_start + sizeof(target) >= buffer.size()) {
        return std::string();
    }
    std::memcpy(&target, buffer.data() + answer.data_start, sizeof(target));
    if (type != std::string_view(target.target_type,
                                 ::strnlen(target.target_type, sizeof(target.target_type)))) {
        return std::string();
    }
    const char* text = buffer.data() + answer.data_start + sizeof(target);
    return std::string(
        text, ::strnlen(text, static_cast<std::size_t>(buffer.data() + buffer.size() - text)));
}

/// The mapped devices that this device stands on.
std::vector<dev_t> below(dev_t device, const std::filesystem::path& sys) {
    std::vector<dev_t> found;
    const auto folder =
        sys / "dev/block" / fmt::format("{}:{}", major(device), minor(device)) / "slaves";
    std::error_code none;
    for (const auto& entry : std::filesystem::directory_iterator(folder, none)) {
        const auto text = read_file(entry.path() / "dev", 64);
        const auto words = split(trim(text.value_or("")), ":");
        if (words.size() != 2 || !entry.path().filename().string().starts_with("dm-")) {
            continue;
        }
        const auto high = parse_integer(words[0], 0, UINT32_MAX);
        const auto low = parse_integer(words[1], 0, UINT32_MAX);
        if (high && low) {
            found.push_back(makedev(static_cast<unsigned>(*high), static_cast<unsigned>(*low)));
        }
    }
    return found;
}

} // namespace

Result<PoolFill> parse_pool_status(std::string_view status) {
    const auto words = split(status);
    if (words.size() == 1 && words[0] == "Fail") {
        return PoolFill{.broken = "failed"};
    }
    // TRANSACTION USED/TOTAL(metadata) USED/TOTAL(data) ROOT rw|ro|out_of_data_space ...
    const auto metadata = words.size() > 4 ? percent(words[1]) : std::nullopt;
    const auto data = words.size() > 4 ? percent(words[2]) : std::nullopt;
    if (!metadata || !data) {
        return fail(ErrorKind::protocol,
                    fmt::format("\"{}\" is no status of a thin pool", printable(status, 80)));
    }
    return PoolFill{.data_percent = *data,
                    .metadata_percent = *metadata,
                    .broken = words[4] == "rw"                  ? ""
                              : words[4] == "out_of_data_space" ? "out of data space"
                              : words[4] == "ro"                ? "read only"
                                                                : printable(words[4], 40)};
}

Result<std::optional<PoolFill>> pool_below(const std::filesystem::path& device,
                                           const std::filesystem::path& sys) {
    struct stat facts {};
    if (::stat(device.c_str(), &facts) != 0) {
        return fail(error_from_errno(errno, device.string()));
    }
    if (!S_ISBLK(facts.st_mode)) {
        return std::optional<PoolFill>();
    }
    for (const dev_t each : below(facts.st_rdev, sys)) {
        const auto status = target_status(each, "thin-pool");
        if (!status) {
            return fail(status.error());
        }
        if (!status->empty()) {
            return parse_pool_status(*status).map(
                [](const PoolFill& fill) { return std::optional(fill); });
        }
    }
    return std::optional<PoolFill>();
}

std::string judge_pool(const PoolFill& pool, unsigned warn, unsigned alarm) {
    if (!pool.broken.empty()) {
        return fmt::format("the thin pool below is {}: writes fail; extend it now", pool.broken);
    }
    const unsigned fullest = std::max(pool.data_percent, pool.metadata_percent);
    if (fullest < warn) {
        return {};
    }
    const std::string fill =
        fmt::format("data {} %, metadata {} %", pool.data_percent, pool.metadata_percent);
    return fullest < alarm
               ? fmt::format("the thin pool below is filling up ({})", fill)
               : fmt::format("THE THIN POOL BELOW IS NEARLY FULL ({}): when it is full every write "
                             "fails; extend it now",
                             fill);
}

} // namespace twinsite::block
