#include "agents/iscsi-target/backing_watch.hpp"

#include <twinsite/base/file.hpp>
#include <twinsite/base/text.hpp>
#include <twinsite/block/errors.hpp>
#include <twinsite/block/stack.hpp>
#include <twinsite/block/thin_pool.hpp>
#include <twinsite/block/worry.hpp>
#include <twinsite/log/log.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <system_error>

namespace twinsite::iscsi_target {

namespace {

constexpr unsigned pool_alarm = 95;
/// Long enough for crm_mon to be seen, short enough not to tell of a fault that is mended.
constexpr Milliseconds errors_count_for{300'000};
constexpr Milliseconds look_every{60'000};

std::string worry_of(const std::string& path, const std::string& number, unsigned pool_warn) {
    if (auto noted = block::noted_worry(block::worry_folder, number); !noted.empty()) {
        return noted;
    }
    const auto pool = block::pool_below(path);
    if (!pool) {
        log::info("{}", pool.error().message);
        return {};
    }
    return *pool ? block::judge_pool(**pool, pool_warn, std::max(pool_warn, pool_alarm))
                 : std::string();
}

std::string look_for_errors(const std::vector<std::string>& names) {
    const auto errors = block::recent_errors(names, errors_count_for);
    if (!errors) {
        log::info("whether there were I/O errors is not known: {}", errors.error().message);
        return {};
    }
    return errors->count == 0 ? std::string()
                              : fmt::format("{} I/O error{} in the last {} minutes: {}",
                                            errors->count, errors->count == 1 ? "" : "s",
                                            errors_count_for.count() / 60'000, errors->last);
}

} // namespace

std::string LocalBackingWatch::errors_of(const std::string& iqn,
                                         const std::vector<std::string>& names) const {
    const auto file = folder_ / (iqn + ".errors");
    const std::string head = join(names, " ") + "\n";
    std::error_code missing;
    const auto written = std::filesystem::last_write_time(file, missing);
    if (!missing && std::filesystem::file_time_type::clock::now() - written < look_every) {
        const auto kept = read_file(file, 65536);
        if (kept && kept->starts_with(head)) { // else it is about other devices
            return kept->substr(head.size());
        }
    }
    std::string found = look_for_errors(names);
    std::error_code failed;
    std::filesystem::create_directories(folder_, failed);
    if (const auto kept = replace_file(file, head + found); !kept) {
        log::info("{}", kept.error().message); // then the next monitor looks again
    }
    return found;
}

std::string LocalBackingWatch::worry(const target::Specification& wanted, unsigned pool_warn) {
    std::vector<std::string> names;
    for (const target::Lun& lun : wanted.luns) {
        const auto number = block::device_number(lun.path);
        if (!number) {
            continue; // monitor's comparison has told it
        }
        if (const std::string worry = worry_of(lun.path, *number, pool_warn); !worry.empty()) {
            return fmt::format("LUN {}: {}", lun.number, worry);
        }
        const auto stack = block::stack_of(*number);
        names.insert(names.end(), stack.begin(), stack.end());
    }
    return errors_of(wanted.iqn, names);
}

} // namespace twinsite::iscsi_target
