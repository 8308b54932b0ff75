#include "agents/mirror/caretaker.hpp"

#include "agents/mirror/fence_review.hpp"
#include "agents/mirror/promotion_ban.hpp"

#include <twinsite/base/file.hpp>
#include <twinsite/base/text.hpp>
#include <twinsite/log/log.hpp>
#include <twinsite/mirror/accepted_loss.hpp>
#include <twinsite/mirror/generation.hpp>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <system_error>

namespace twinsite::mirror {

namespace {

constexpr Milliseconds patience{3000};
/// The handler looks for 6 s at most.
constexpr Milliseconds review_patience{8000};

std::string local_time(UnixTime at) {
    return fmt::format("{:%Y-%m-%d %H:%M:%S}", fmt::localtime(at));
}

/// "Primary from ... to ..., since ...": the last two times.
std::string primary_times(const std::vector<RoleChange>& roles, Role now) {
    std::vector<std::string> times;
    for (std::size_t i = 0; i < roles.size(); ++i) {
        if (roles[i].role != Role::primary) {
            continue;
        }
        const std::string since = local_time(roles[i].at);
        if (i + 1 < roles.size()) {
            times.push_back(fmt::format("from {} to {}", since, local_time(roles[i + 1].at)));
        } else {
            times.push_back(now == Role::primary ? "since " + since
                                                 : fmt::format("from {} until it crashed", since));
        }
    }
    if (times.size() > 2) {
        times.erase(times.begin(), times.end() - 2);
    }
    return times.empty() ? "" : "Primary here " + join(times, " and ") + "; ";
}

Status store(const std::filesystem::path& file, std::string_view text) {
    std::error_code failed;
    std::filesystem::create_directories(file.parent_path(), failed);
    if (failed) {
        return fail(error_from_errno(failed.value(), file.parent_path().string()));
    }
    return replace_file(file, text, 0600);
}

process::Command attribute(std::string_view resource, std::vector<std::string> what) {
    std::vector<std::string> argv{"attrd_updater", "--quiet",
                                  "--name=" + split_attribute(resource)};
    argv.insert(argv.end(), what.begin(), what.end());
    return {std::move(argv), {}, {}};
}

} // namespace

std::filesystem::path contact_file(const Folders& folders, std::string_view resource) {
    return contact_file(folders.run, resource);
}

std::filesystem::path link_file(const Folders& folders, std::string_view resource) {
    return folders.run / fmt::format("{}.link", resource);
}

std::filesystem::path watcher_file(const Folders& folders, std::string_view resource) {
    return folders.run / fmt::format("{}.watcher", resource);
}

LinkNote read_link(const Folders& folders, std::string_view resource) {
    const auto words = split(read_file(link_file(folders, resource), 256).value_or(""));
    if (words.size() < 3) {
        return {};
    }
    LinkNote note{words[0], words[1], words.size() > 3 ? words[3] : ""};
    const auto watcher = read_file(watcher_file(folders, resource), 64).value_or("");
    if (!note.mark.starts_with(fmt::format("{}.", trim(watcher)))) {
        note.mark.clear();
    }
    return note;
}

Status write_link(const Folders& folders, std::string_view resource, const LinkNote& note,
                  UnixTime at) {
    return replace_file(link_file(folders, resource),
                        fmt::format("{} {} {} {}\n", note.state, note.losses, at, note.mark));
}

std::filesystem::path options_file(const Folders& folders, std::string_view resource) {
    return folders.run / fmt::format("{}.options", resource);
}

std::filesystem::path refusal_file(const Folders& folders, std::string_view resource) {
    return folders.run / fmt::format("{}.refusal", resource);
}

Result<Contact> read_contact(const Folders& folders, std::string_view resource) {
    return read_contact(folders.run, resource);
}

Status write_contact(const Folders& folders, std::string_view resource, const Contact& contact) {
    return store(contact_file(folders, resource),
                 fmt::format("{} {}\n", contact.at, to_string(contact.peer)));
}

std::string split_attribute(std::string_view resource) {
    return fmt::format("mirror-split-{}", resource);
}

std::string link_attribute(std::string_view resource) {
    return fmt::format("mirror-link-{}", resource);
}

std::string health_attribute(std::string_view resource) {
    return fmt::format("#health-mirror-{}", resource);
}

std::string behind_attribute(std::string_view resource) {
    return fmt::format("mirror-behind-{}", resource);
}

std::string split_attribute_value(const SplitBrain& split, const std::vector<RoleChange>& roles) {
    constexpr std::size_t most_told = 4;
    std::vector<std::string> changes;
    for (std::size_t i = roles.size() - std::min(roles.size(), most_told); i < roles.size(); ++i) {
        changes.push_back(fmt::format("{}@{}", to_string(roles[i].role), roles[i].at));
    }
    std::vector<std::string> words{
        std::to_string(split.detected),        split.generation, std::string(to_string(split.role)),
        std::to_string(split.out_of_sync_kib), split.ancestor,   join(changes, ",")};
    if (split.ancestor.empty() && !changes.empty()) {
        words[4] = "unknown";
    }
    std::erase(words, "");
    return join(words, " ");
}

LocalCaretaker::LocalCaretaker(std::string resource, Folders folders,
                               process::CommandRunner& runner, Clock& clock, WallClock now,
                               CarePlan plan)
    : resource_(std::move(resource))
    , folders_(std::move(folders))
    , memory_(folders_.state, resource_)
    , runner_(runner)
    , clock_(clock)
    , now_(std::move(now))
    , plan_(plan)
    , split_watch_(resource_, folders_, runner, clock) {}

void LocalCaretaker::remember(const std::function<void(Memory&)>& change,
                              const Deadline& deadline) {
    if (const auto done = memory_.update(change, clock_, deadline.within(clock_, patience));
        !done) {
        log::warning("{}", done.error().message);
    }
}

/// Both sides are whole: whatever trouble there was is over.
void LocalCaretaker::clean_up(const Memory& memory, const Deadline& deadline) {
    const auto soon = deadline.within(clock_, patience);
    if (!memory.banned_node.empty()) {
        const auto lifted = lift_ban(resource_, memory.banned_node, runner_, soon);
        if (!lifted) {
            log::warning("{} is whole, but {} is still kept from promotion: {}", resource_,
                         memory.banned_node, lifted.error().message);
            return;
        }
        log::notice("{} is whole: {} may be promoted again", resource_, memory.banned_node);
    }
    if (memory.split_brain) {
        if (const auto gone = runner_.run_ok(attribute(resource_, {"--delete"}), soon); !gone) {
            log::warning("{}", gone.error().message);
            return; // with the record the next monitor tries again
        }
        log::notice("{} is whole: the split brain of {} is over", resource_,
                    local_time(memory.split_brain->detected));
    }
    if (memory.loss_accepted) {
        // It was meant for that one loss.
        const auto gone = runner_.run_ok(
            {{"attrd_updater", "--quiet", "--name=" + accept_loss_attribute(resource_), "--delete"},
             {},
             {}},
            soon);
        if (!gone) {
            log::warning("{}", gone.error().message);
            return;
        }
        log::notice("{} is whole: a loss of writes is no longer accepted", resource_);
    }
    remember(
        [](Memory& changed) {
            changed.banned_node.clear();
            changed.split_brain.reset();
            changed.loss_accepted = false;
            changed.incomplete = false;
        },
        deadline);
}

std::vector<std::string> LocalCaretaker::look_after(const Observation& seen, const Assessment& now,
                                                    const Deadline& deadline) {
    note_contact(seen);
    const Options options = noted_options();
    std::vector<std::string> worries{pool_worry(options), link_worry(seen),
                                     behind_worry(options, seen, deadline)};
    tell_users(seen, worries.front());
    const auto loaded = memory_.load();
    if (!loaded) {
        log::warning("{}", loaded.error().message);
    }
    const Memory memory = loaded ? *loaded : Memory{.incomplete = true};
    if (in_touch(seen)) {
        split_watch_.withdraw(deadline);
    }
    if (!now.degraded && (memory.split_brain || memory.loss_accepted || memory.incomplete ||
                          !memory.banned_node.empty())) {
        clean_up(memory, deadline);
    } else {
        worries.insert(worries.begin(), {split_brain_worry(memory, seen, deadline),
                                         verify_worry(memory, seen, now, deadline)});
    }
    worries.insert(worries.begin(), review_fencing(seen, resource_, folders_, runner_, now_(),
                                                   deadline.within(clock_, review_patience)));
    std::erase(worries, "");
    return worries;
}

std::string LocalCaretaker::split_brain_worry(const Memory& memory, const Observation& seen,
                                              const Deadline& deadline) {
    const bool recorded = memory.split_brain && !memory.split_brain->reconnected;
    if (in_touch(seen)) {
        if (recorded && settled(seen)) {
            remember(
                [](Memory& changed) {
                    if (changed.split_brain) {
                        changed.split_brain->reconnected = true;
                    }
                },
                deadline);
        }
        return {};
    }
    if (recorded) {
        return show_split_brain(*memory.split_brain, memory, seen, deadline);
    }
    if (const auto found = split_watch_.look(seen, now_(), deadline)) {
        log::error("{}: SPLIT BRAIN: both sides have generations that the other does not know; "
                   "decide with twinsite resolve {}",
                   resource_, resource_);
        remember([&](Memory& changed) { changed.split_brain = found; }, deadline);
        return show_split_brain(*found, memory, seen, deadline);
    }
    return memory.incomplete
               ? fmt::format(
                     "the record of {} was damaged: whether it told of a split brain is not "
                     "known until both sides are connected",
                     resource_)
               : std::string();
}

std::string LocalCaretaker::show_split_brain(SplitBrain split, const Memory& memory,
                                             const Observation& seen, const Deadline& deadline) {
    const auto ours = parse_generation(split.generation);
    if (split.ancestor.empty() && ours) {
        const auto shown = shown_generations(resource_, runner_, deadline.within(clock_, patience));
        split.ancestor = shown ? find_ancestor(*ours, *shown) : "";
        remember(
            [&](Memory& changed) {
                if (changed.split_brain) {
                    changed.split_brain->ancestor = split.ancestor;
                }
            },
            deadline);
    }
    const auto told = runner_.run_ok(
        attribute(resource_, {"--update=" + split_attribute_value(split, memory.roles)}),
        deadline.within(clock_, patience));
    if (!told) {
        log::warning("{}", told.error().message);
    }
    return fmt::format("SPLIT BRAIN since {}: {}decide with twinsite resolve {}",
                       local_time(split.detected), primary_times(memory.roles, seen.role),
                       resource_);
}

bool LocalCaretaker::loss_is_accepted(const Deadline& deadline) {
    const auto said = runner_.run_ok(
        {{"attrd_updater", "--query", "--name=" + accept_loss_attribute(resource_)}, {}, {}},
        deadline.within(clock_, patience));
    constexpr std::string_view before = "value=\"";
    const auto begin = said ? said->find(before) : std::string::npos;
    if (begin == std::string::npos) {
        return false;
    }
    const auto value = std::string_view(*said).substr(begin + before.size());
    return mirror::loss_is_accepted(value.substr(0, value.find('"')), now_());
}

std::string LocalCaretaker::held_back(const Observation& seen, const Deadline& deadline) {
    if (!waits_for_operator(seen, {.recorded = true})) {
        return {};
    }
    const Memory memory = memory_.load().value_or(Memory{});
    const SplitKnowledge known{.recorded = memory.split_brain && !memory.split_brain->reconnected,
                               .loss_accepted = memory.loss_accepted};
    if (!waits_for_operator(seen, known)) {
        return {};
    }
    if (loss_is_accepted(deadline)) {
        log::notice("{}: the operator accepts that what the other side wrote since the split brain "
                    "is lost",
                    resource_);
        remember([](Memory& changed) { changed.loss_accepted = true; }, deadline);
        return {};
    }
    return fmt::format("not promoted without an operator: the other side wrote too; decide with "
                       "twinsite resolve {}, or when the other side is gone for good with twinsite "
                       "go-live",
                       resource_);
}

void LocalCaretaker::withdraw(const Deadline& deadline) {
    split_watch_.withdraw(deadline);
    forget_behind(deadline);
}

bool LocalCaretaker::must_be_told_anew(const std::string& reason) {
    const auto file = folders_.run / fmt::format("{}.told", resource_);
    const std::string told = read_file(file, 64).value_or("");
    const std::string kind = reason.empty()                     ? ""
                             : reason.starts_with("SPLIT")      ? "split"
                             : reason.starts_with("I/O STANDS") ? "standing"
                                                                : "other";
    if (kind == told) {
        return false;
    }
    const bool anew = !kind.empty() && !told.empty() && (kind != "other" || told == "standing");
    // After the plain answer in between there is nothing told.
    if (const auto noted = store(file, anew ? "" : kind); !noted) {
        log::warning("{}", noted.error().message);
        return false;
    }
    return anew;
}

void LocalCaretaker::note_role(Role role, const Deadline& deadline) {
    remember([&](Memory& memory) { memory.roles.push_back({now_(), role}); }, deadline);
}

void LocalCaretaker::note_contact(const Observation& seen) {
    if (seen.role != Role::secondary || seen.peers.empty() ||
        seen.peers.front().connection != Connection::connected ||
        seen.peers.front().role == Role::unknown) {
        return;
    }
    const Contact contact{now_(), seen.peers.front().role};
    if (const auto noted = write_contact(folders_, resource_, contact); !noted) {
        log::warning("{}", noted.error().message);
    }
}

std::string LocalCaretaker::take_refusal() {
    const auto file = refusal_file(folders_, resource_);
    const auto text = read_file(file, 4096);
    if (!text) {
        return {};
    }
    std::error_code ignored;
    std::filesystem::remove(file, ignored);
    return printable(trim(*text), 200);
}

} // namespace twinsite::mirror
