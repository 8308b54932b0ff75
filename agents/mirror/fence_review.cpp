#include "agents/mirror/fence_review.hpp"

#include <twinsite/base/file.hpp>
#include <twinsite/base/text.hpp>
#include <twinsite/log/log.hpp>
#include <twinsite/mirror/fence.hpp>
#include <twinsite/mirror/standing_io.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace twinsite::mirror {

namespace {

std::filesystem::path word_file(const Folders& folders, std::string_view resource) {
    return folders.run / fmt::format("{}.fence", resource);
}

bool stands_alone(const Observation& seen) {
    return std::any_of(seen.peers.begin(), seen.peers.end(),
                       [](const Peer& peer) { return peer.connection == Connection::stand_alone; });
}

} // namespace

Result<FenceWord> read_fence_word(const Folders& folders, std::string_view resource) {
    const auto text = read_file(word_file(folders, resource), 4096);
    if (!text) {
        return fail(text.error());
    }
    const auto all = lines(*text);
    const auto numbers = all.empty() ? std::vector<std::string>{} : split(all[0]);
    if (all.size() < 2 || numbers.size() != 2) {
        return fail(ErrorKind::protocol, "the fence handler's word is damaged");
    }
    const auto asked = parse_integer(numbers[0], 0, INT64_MAX);
    const auto answer = parse_integer(numbers[1], 0, 255);
    if (!asked || !answer) {
        return fail(ErrorKind::protocol, "the fence handler's word is damaged");
    }
    return FenceWord{*asked, static_cast<int>(*answer), printable(all[1], 200)};
}

Status write_fence_word(const Folders& folders, std::string_view resource, const FenceWord& word) {
    std::error_code ignored;
    std::filesystem::create_directories(folders.run, ignored);
    return replace_file(word_file(folders, resource),
                        fmt::format("{} {}\n{}\n", word.asked, word.answer, word.reason), 0600);
}

bool review_is_due(const Observation& seen, UnixTime asked, UnixTime now) {
    if (seen.role != Role::primary || is_connected(seen) || !seen.detour.empty()) {
        return false;
    }
    const bool lately = now >= asked && now - asked < review_interval;
    return waits_for_fencing(seen) || (!stands_alone(seen) && !lately);
}

std::string review_fencing(const Observation& seen, std::string_view resource,
                           const Folders& folders, process::CommandRunner& runner, UnixTime now,
                           const Deadline& deadline) {
    if (seen.role != Role::primary || (is_connected(seen) && seen.suspended.empty())) {
        return {};
    }
    auto word = read_fence_word(folders, resource);
    if (!word || !review_is_due(seen, word->asked, now)) {
        return standing_io(seen, word ? word->reason : "");
    }
    // drbdadm knows the handler's policy and the peer's name, as it does when the kernel calls.
    const auto asked = runner.run({.argv = {"drbdadm", "fence-peer", std::string(resource)},
                                   .input = {},
                                   .environment = {{review_variable, "1"},
                                                   {"DRBD_DONT_WARN_ON_VERSION_MISMATCH", "1"},
                                                   {"LC_ALL", "C"}}},
                                  deadline);
    if (!asked) {
        log::warning("{}: the fence handler: {}", resource, asked.error().message);
        return standing_io(seen, word->reason);
    }
    word = read_fence_word(folders, resource);
    const bool released = word && proves(seen, static_cast<FenceAnswer>(word->answer));
    return released && waits_for_fencing(seen) ? "" : standing_io(seen, word ? word->reason : "");
}

} // namespace twinsite::mirror
