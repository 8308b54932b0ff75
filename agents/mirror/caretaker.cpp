#include "agents/mirror/caretaker.hpp"

#include "agents/mirror/promotion_ban.hpp"

#include <twinsite/base/file.hpp>
#include <twinsite/base/text.hpp>
#include <twinsite/log/log.hpp>
#include <twinsite/mirror/generation.hpp>

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <system_error>

namespace twinsite::mirror {

namespace {

constexpr Milliseconds patience{3000};

std::string local_time(UnixTime at) {
    return fmt::format("{:%Y-%m-%d %H:%M:%S}", fmt::localtime(at));
}

bool cut_off(const Observation& seen) {
    return std::any_of(seen.peers.begin(), seen.peers.end(),
                       [](const Peer& peer) { return peer.connection == Connection::stand_alone; });
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

std::string accept_loss_attribute(std::string_view resource) {
    return fmt::format("mirror-accept-loss-{}", resource);
}

std::string split_attribute_value(const SplitBrain& split) {
    return fmt::format("{} {} {} {}{}{}", split.detected, split.generation, to_string(split.role),
                       split.out_of_sync_kib, split.ancestor.empty() ? "" : " ", split.ancestor);
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
    , plan_(plan) {}

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
        const auto lifted = lift_ban(resource_, runner_, soon);
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
        },
        deadline);
}

std::vector<std::string> LocalCaretaker::look_after(const Observation& seen, const Assessment& now,
                                                    const Deadline& deadline) {
    const bool connected =
        !seen.peers.empty() && seen.peers.front().connection == Connection::connected;
    if (seen.role == Role::secondary && connected) {
        const Contact contact{now_(), seen.peers.front().role};
        if (const auto noted = write_contact(folders_, resource_, contact); !noted) {
            log::warning("{}", noted.error().message);
        }
    }
    const Options options = noted_options();
    std::vector<std::string> worries{pool_worry(options), link_worry(seen),
                                     behind_worry(options, seen, deadline)};
    tell_users(seen, worries.front());
    const auto memory = memory_.load();
    if (!memory) {
        log::warning("{}", memory.error().message);
    } else if (!now.degraded &&
               (memory->split_brain || memory->loss_accepted || !memory->banned_node.empty())) {
        clean_up(*memory, deadline);
    } else {
        worries.insert(worries.begin(), {split_brain_worry(*memory, seen, deadline),
                                         verify_worry(*memory, seen, now, deadline)});
    }
    std::erase(worries, "");
    return worries;
}

/// From what both sides told the cluster: lines with value="...". Not by "attrd_updater --all": in
/// an agent's environment (CRM_meta_on_node) Pacemaker 2.1 answers about this node alone.
std::string LocalCaretaker::find_ancestor(const SplitBrain& split, const Deadline& deadline) {
    const auto ours = parse_generation(split.generation);
    const auto all =
        runner_.run_ok({.argv = {"cibadmin", "--query", "--xpath",
                                 fmt::format("//transient_attributes//nvpair[@name='{}']",
                                             split_attribute(resource_))},
                        .input = {},
                        .environment = {}},
                       deadline.within(clock_, patience));
    if (!ours || !all) {
        return {};
    }
    for (const std::string_view line : lines(*all)) {
        const auto value = line.find("value=\"");
        const auto words = value == std::string_view::npos
                               ? std::vector<std::string>{}
                               : twinsite::split(line.substr(value + 7), " \"");
        const auto theirs = words.size() > 1 ? parse_generation(words[1]) : ours;
        if (theirs && *theirs != *ours) {
            const std::uint64_t common = common_ancestor(*ours, *theirs);
            return common == 0 ? "none" : fmt::format("{:016X}", common);
        }
    }
    return {};
}

std::string LocalCaretaker::split_brain_worry(const Memory& memory, const Observation& seen,
                                              const Deadline& deadline) {
    if (!memory.split_brain || !cut_off(seen)) {
        return {};
    }
    SplitBrain split = *memory.split_brain;
    if (split.ancestor.empty()) {
        split.ancestor = find_ancestor(split, deadline);
        remember(
            [&](Memory& changed) {
                if (changed.split_brain) {
                    changed.split_brain->ancestor = split.ancestor;
                }
            },
            deadline);
    }
    const auto told =
        runner_.run_ok(attribute(resource_, {"--update=" + split_attribute_value(split)}),
                       deadline.within(clock_, patience));
    if (!told) {
        log::warning("{}", told.error().message);
    }
    return fmt::format("SPLIT BRAIN since {}: decide with twinsite resolve {}",
                       local_time(memory.split_brain->detected), resource_);
}

bool LocalCaretaker::must_be_told_anew(const std::string& reason) {
    const auto file = folders_.run / fmt::format("{}.told", resource_);
    const std::string told = read_file(file, 64).value_or("");
    const std::string kind = reason.empty() ? "" : reason.starts_with("SPLIT") ? "split" : "other";
    if (kind == told) {
        return false;
    }
    const bool anew = kind == "split" && told == "other";
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

void LocalCaretaker::note_orderly_stop() {
    if (const auto noted = write_contact(folders_, resource_, {now_(), Role::secondary}); !noted) {
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
