#include "agents/mirror/split_watch.hpp"

#include "agents/mirror/caretaker.hpp"

#include <twinsite/base/file.hpp>
#include <twinsite/base/text.hpp>
#include <twinsite/log/log.hpp>
#include <twinsite/mirror/drbd.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <system_error>

namespace twinsite::mirror {

namespace {

constexpr Milliseconds patience{3000};

/// While this is the same the generations are: the kernel begins a new one with the first write
/// that the peer misses.
std::string key_of(const Observation& seen) {
    std::string key(to_string(seen.role));
    for (const Volume& volume : seen.volumes) {
        key += fmt::format("/{}", to_string(volume.disk));
    }
    for (const Peer& peer : seen.peers) {
        const bool written =
            std::any_of(peer.volumes.begin(), peer.volumes.end(),
                        [](const PeerVolume& volume) { return volume.out_of_sync_kib > 0; });
        key += fmt::format("/{}{}", to_string(peer.connection), written ? "+" : "");
    }
    return key;
}

bool stands_alone(const Observation& seen) {
    return std::any_of(seen.peers.begin(), seen.peers.end(),
                       [](const Peer& peer) { return peer.connection == Connection::stand_alone; });
}

} // namespace

std::string generation_attribute(std::string_view resource) {
    return fmt::format("mirror-generation-{}", resource);
}

/// Lines with value="...". Not by "attrd_updater --all": in an agent's environment
/// (CRM_meta_on_node) Pacemaker 2.1 answers about this node alone.
Result<std::vector<Generation>> shown_generations(std::string_view resource,
                                                  process::CommandRunner& runner,
                                                  const Deadline& deadline) {
    const auto all = runner.run(
        {.argv = {"cibadmin", "--query", "--xpath",
                  fmt::format("//transient_attributes//nvpair[@name='{}' or @name='{}']",
                              split_attribute(resource), generation_attribute(resource))},
         .input = {},
         .environment = {}},
        deadline);
    if (!all) {
        return fail(all.error());
    }
    std::vector<Generation> shown;
    for (const std::string_view line : lines(all->out)) {
        const auto value = line.find("value=\"");
        if (value == std::string_view::npos) {
            continue;
        }
        for (const std::string& word : split(line.substr(value + 7), " \"")) {
            if (const auto generation = parse_generation(word)) {
                shown.push_back(*generation);
                break;
            }
        }
    }
    return shown;
}

std::string find_ancestor(const Generation& ours, const std::vector<Generation>& shown) {
    for (const Generation& theirs : shown) {
        if (theirs != ours) {
            const std::uint64_t common = common_ancestor(ours, theirs);
            return common == 0 ? "none" : fmt::format("{:016X}", common);
        }
    }
    return {};
}

SplitWatch::SplitWatch(std::string resource, const Folders& folders, process::CommandRunner& runner,
                       Clock& clock)
    : resource_(std::move(resource))
    , file_(folders.run / fmt::format("{}.apart", resource_))
    , runner_(runner)
    , clock_(clock) {}

SplitWatch::Note SplitWatch::read() const {
    const auto words = split(read_file(file_, 4096).value_or(""));
    if (words.size() != 4) {
        return {};
    }
    return {words[0], parse_integer(words[1], 0, INT64_MAX).value_or(0),
            parse_integer(words[2], 0, INT64_MAX).value_or(0), words[3]};
}

void SplitWatch::tell(Note& note, const std::string& generation, UnixTime now,
                      const Deadline& deadline) {
    const UnixTime age = now - note.told;
    if (generation == note.generation && age >= 0 && age < tell_interval) {
        return;
    }
    const auto told =
        runner_.run_ok({{"attrd_updater", "--quiet", "--name=" + generation_attribute(resource_),
                         "--update=" + generation},
                        {},
                        {}},
                       deadline.within(clock_, patience));
    if (!told) {
        log::info("{}", told.error().message);
    }
    note.told = told ? now : 0;
    note.generation = generation;
}

std::optional<SplitBrain> SplitWatch::look(const Observation& seen, UnixTime now,
                                           const Deadline& deadline) {
    const bool has_disk = !seen.volumes.empty() && seen.volumes.front().disk > Disk::failed;
    if (!has_disk || !seen.detour.empty()) { // nothing to ask, or nobody who answers
        return {};
    }
    Note note = read();
    const std::string key = key_of(seen);
    const UnixTime age = now - note.looked;
    if (key == note.key && age >= 0 && age < look_interval) {
        return {};
    }
    const auto generation =
        Drbd(resource_, runner_).generation(seen, deadline.within(clock_, patience));
    const auto ours = generation ? parse_generation(*generation) : fail(generation.error());
    if (!ours) {
        log::info("{}: {}", resource_, ours.error().message);
        return {};
    }
    tell(note, *generation, now, deadline);
    const auto shown = shown_generations(resource_, runner_, deadline.within(clock_, patience));
    note.key = key;
    note.looked = now;
    std::error_code failed;
    std::filesystem::create_directories(file_.parent_path(), failed);
    if (const auto noted = replace_file(
            file_, fmt::format("{} {} {} {}\n", note.key, note.looked, note.told, note.generation));
        !noted) {
        log::warning("{}", noted.error().message);
    }
    const bool apart =
        shown && std::any_of(shown->begin(), shown->end(), [&](const Generation& each) {
            const Relation relation = compare(*ours, each);
            // What the other side shows may be old. Generations without anything in common count
            // only where the kernel has refused to connect.
            return relation == Relation::split_brain ||
                   (relation == Relation::unrelated && stands_alone(seen));
        });
    if (!apart) {
        return {};
    }
    SplitBrain split{.detected = now,
                     .generation = *generation,
                     .role = seen.role,
                     .ancestor = find_ancestor(*ours, *shown)};
    for (const Peer& peer : seen.peers) {
        for (const PeerVolume& volume : peer.volumes) {
            split.out_of_sync_kib += volume.out_of_sync_kib;
        }
    }
    return split;
}

void SplitWatch::withdraw(const Deadline& deadline) {
    std::error_code ignored;
    if (!std::filesystem::exists(file_, ignored)) {
        return;
    }
    const auto gone = runner_.run_ok(
        {{"attrd_updater", "--quiet", "--name=" + generation_attribute(resource_), "--delete"},
         {},
         {}},
        deadline.within(clock_, patience));
    if (!gone) {
        log::info("{}", gone.error().message); // the next monitor tries again
        return;
    }
    std::filesystem::remove(file_, ignored);
}

} // namespace twinsite::mirror
