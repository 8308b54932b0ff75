// The part of a monitor that looks at what is around the mirror: its verify runs, the pool below
// its disk, its link, and how far an asynchronous peer is behind.
#include "agents/mirror/caretaker.hpp"

#include <twinsite/base/file.hpp>
#include <twinsite/base/text.hpp>
#include <twinsite/block/thin_pool.hpp>
#include <twinsite/log/log.hpp>
#include <twinsite/mirror/drbd.hpp>
#include <twinsite/mirror/send_queue.hpp>

#include <fmt/format.h>

#include <ctime>

namespace twinsite::mirror {

namespace {

constexpr Milliseconds patience{3000};
constexpr std::size_t socket_table_limit = 4UL * 1024UL * 1024UL;

int minute_of_day(UnixTime at) {
    const std::time_t time = at;
    std::tm broken{};
    ::localtime_r(&time, &broken);
    return broken.tm_hour * 60 + broken.tm_min;
}

std::uint64_t out_of_sync_kib(const Observation& seen) {
    std::uint64_t sum = 0;
    for (const Peer& peer : seen.peers) {
        for (const PeerVolume& volume : peer.volumes) {
            sum += volume.out_of_sync_kib;
        }
    }
    return sum;
}

std::uint64_t queued_kib(unsigned port) {
    std::uint64_t bytes = 0;
    for (const char* table : {"/proc/net/tcp", "/proc/net/tcp6"}) {
        bytes += queued_bytes(read_file(table, socket_table_limit).value_or(""), port).value_or(0);
    }
    return (bytes + 1023) / 1024;
}

/// There as long as the cluster may have been told.
std::filesystem::path behind_file(const Folders& folders, std::string_view resource) {
    return folders.run / fmt::format("{}.behind", resource);
}

} // namespace

void LocalCaretaker::note_options(const Options& options) {
    std::error_code ignored;
    std::filesystem::create_directories(folders_.run, ignored);
    std::string text = fmt::format("{} {}\n", options.protocol, options.port);
    for (const std::string& disk : options.disks) {
        text += disk + "\n";
    }
    if (const auto noted = replace_file(options_file(folders_, resource_), text); !noted) {
        log::warning("{}", noted.error().message);
    }
}

bool LocalCaretaker::knows_options() const {
    std::error_code ignored;
    return std::filesystem::exists(options_file(folders_, resource_), ignored);
}

Options LocalCaretaker::noted_options() const {
    Options options;
    const auto text = read_file(options_file(folders_, resource_), 65536).value_or("");
    const auto all = lines(text);
    const auto words = all.empty() ? std::vector<std::string>{} : split(all[0]);
    if (words.size() == 2) {
        options.protocol = words[0];
        options.port = static_cast<unsigned>(parse_integer(words[1], 0, 65535).value_or(0));
    }
    for (std::size_t i = 1; i < all.size(); ++i) {
        options.disks.emplace_back(all[i]);
    }
    return options;
}

std::string LocalCaretaker::pool_worry(const Options& options) const {
    for (const std::string& disk : options.disks) {
        const auto pool = block::pool_below(disk);
        if (!pool) {
            log::info("{}: {}", resource_, pool.error().message);
            continue;
        }
        const std::string worry =
            *pool ? block::judge_pool(**pool, plan_.pool_warn, plan_.pool_alarm) : std::string();
        if (!worry.empty()) {
            const bool loud =
                !(*pool)->broken.empty() ||
                block::judge_pool(**pool, plan_.pool_alarm, plan_.pool_alarm) == worry;
            log::at(loud ? log::Level::error : log::Level::warning, "{}: {}: {}", resource_, disk,
                    worry);
            return fmt::format("{}: {}", disk, worry);
        }
    }
    return {};
}

/// The target on a mirror's device cannot see what is below it.
void LocalCaretaker::tell_users(const Observation& seen, const std::string& pool) {
    for (const Volume& volume : seen.volumes) {
        const bool lost = !volume.client && volume.disk <= Disk::failed;
        const std::string worry =
            lost ? fmt::format("the mirror's own disk is lost ({})", to_string(volume.disk)) : pool;
        const auto number = fmt::format("{}:{}", drbd_major, volume.minor);
        if (const auto noted = block::note_worry(folders_.devices, number, worry); !noted) {
            log::info("{}: {}", resource_, noted.error().message);
        }
    }
}

/// Both sides see it; see left_to_peer() for why only one shows it.
std::string LocalCaretaker::link_worry(const Observation& seen) const {
    if (seen.role != Role::primary) {
        return {};
    }
    const auto link = read_link(folders_, resource_);
    return link.state == "flapping"
               ? fmt::format("the mirror's link is flapping: lost {} times in ten minutes",
                             printable(link.losses))
               : std::string();
}

void LocalCaretaker::tell(const std::string& name, const std::string& value,
                          const Deadline& deadline) {
    const auto told = runner_.run_ok(
        {{"attrd_updater", "--quiet", "--name=" + name, "--update=" + value}, {}, {}},
        deadline.within(clock_, patience));
    if (!told) {
        log::info("{}", told.error().message);
    }
}

/// Only who was promoted has told it.
void LocalCaretaker::forget_behind(const Deadline& deadline) {
    std::error_code ignored;
    const auto file = behind_file(folders_, resource_);
    if (!std::filesystem::exists(file, ignored)) {
        return;
    }
    const auto gone = runner_.run_ok(
        {{"attrd_updater", "--quiet", "--name=" + behind_attribute(resource_), "--delete"}, {}, {}},
        deadline.within(clock_, patience));
    if (!gone) {
        log::info("{}", gone.error().message); // the next monitor tries again
        return;
    }
    std::filesystem::remove(file, ignored);
}

std::string LocalCaretaker::behind_worry(const Options& options, const Observation& seen,
                                         const Deadline& deadline) {
    if (options.protocol != "A" || seen.role != Role::primary) {
        forget_behind(deadline);
        return {};
    }
    const std::uint64_t behind = out_of_sync_kib(seen) + queued_kib(options.port);
    std::error_code ignored;
    std::filesystem::create_directories(folders_.run, ignored);
    static_cast<void>(replace_file(behind_file(folders_, resource_), ""));
    tell(behind_attribute(resource_), std::to_string(behind), deadline);
    log::info("{}: the peer is {} KiB behind", resource_, behind);
    return plan_.most_behind_kib > 0 && behind > plan_.most_behind_kib
               ? fmt::format("the asynchronous peer is {} KiB behind, more than {}", behind,
                             plan_.most_behind_kib)
               : std::string();
}

std::string LocalCaretaker::verify_worry(Memory memory, const Observation& seen,
                                         const Assessment& now, const Deadline& deadline) {
    const UnixTime time = now_();
    const auto change = [&](const std::function<void(Memory&)>& how) {
        how(memory);
        remember(how, deadline);
    };
    const VerifyMoment moment{seen, now, read_link(folders_, resource_).mark, time,
                              minute_of_day(time)};
    switch (next_verify_step(plan_.verify, memory, moment)) {
    case VerifyStep::begin:
        if (const auto begun = runner_.run_ok({{"drbdadm", "verify", resource_}, {}, {}},
                                              deadline.within(clock_, patience));
            !begun) {
            log::warning("{}", begun.error().message);
            break;
        }
        log::notice("{}: comparing both copies", resource_);
        change([&](Memory& m) {
            m.verify_begun = time;
            m.verify_link = moment.link;
            m.differing_kib = 0;
        });
        break;
    case VerifyStep::ended:
        change([&](Memory& m) {
            m.verify_begun = 0;
            m.verified = time;
            m.differing_kib = out_of_sync_kib(seen);
        });
        log::notice("{}: both copies were compared, {} KiB differ", resource_,
                    memory.differing_kib);
        break;
    case VerifyStep::reported:
        change([](Memory& m) { m.verify_begun = 0; });
        break;
    case VerifyStep::abandoned:
        change([](Memory& m) { m.verify_begun = 0; });
        log::warning("{}: the comparison of both copies was cut off, or nobody watched whether it "
                     "was: it is made again",
                     resource_);
        break;
    case VerifyStep::none:
        break;
    }
    if (memory.differing_kib > 0 && !now.degraded && out_of_sync_kib(seen) == 0) {
        change([](Memory& m) { m.differing_kib = 0; }); // resynced since
    }
    return memory.differing_kib == 0
               ? std::string()
               : fmt::format("verify found {} KiB that differ from the peer's",
                             memory.differing_kib);
}

} // namespace twinsite::mirror
