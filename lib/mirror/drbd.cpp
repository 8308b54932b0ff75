#include <twinsite/base/file.hpp>
#include <twinsite/base/text.hpp>
#include <twinsite/mirror/drbd.hpp>
#include <twinsite/mirror/events.hpp>
#include <twinsite/mirror/generation.hpp>
#include <twinsite/mirror/proc_drbd.hpp>
#include <twinsite/mirror/status.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

namespace twinsite::mirror {

namespace {

/// drbdadm's and drbdsetup's exit codes that say what is wrong (drbd-utils 9.22, drbdsetup.c).
constexpr int exit_refused = 11;
constexpr int exit_no_disk = 16;
constexpr int exit_no_good_data = 17;
constexpr int most_minors = 0xFFFFF; // minors have 20 bits

/// A healthy kernel answers within milliseconds, a loaded machine within a second or two.
constexpr Milliseconds patience{6000};

process::Command command(std::vector<std::string> argv) {
    return {.argv = std::move(argv),
            .input = {},
            // Debian's utilities are newer than its kernel module on purpose.
            .environment = {{"DRBD_DONT_WARN_ON_VERSION_MISMATCH", "1"}, {"LC_ALL", "C"}}};
}

/// The line that says what went wrong. drbdadm ends with "Command ... terminated with exit code",
/// which says nothing.
std::string complaint(const process::Output& output) {
    for (const std::string_view line : lines(output.err)) {
        const std::string_view text = trim(line);
        if (!text.empty() && !text.starts_with("Command '") &&
            !text.starts_with("additional info")) {
            return printable(text, 160);
        }
    }
    return output.complaint();
}

ErrorKind kind_of(int exit_code) {
    switch (exit_code) {
    case exit_refused:
    case exit_no_disk:
    case exit_no_good_data:
        return ErrorKind::conflict;
    default:
        return ErrorKind::internal;
    }
}

Status outcome(const process::Command& what, const Result<process::Output>& output) {
    if (!output) {
        return fail(output.error());
    }
    if (output->ok()) {
        return {};
    }
    return fail(kind_of(output->exit_code),
                fmt::format("{}: {}", join(what.argv, " "), complaint(*output)));
}

bool says_undefined(std::string_view complaint) {
    return complaint.find("not defined in your config") != std::string_view::npos ||
           complaint.find("no resources defined") != std::string_view::npos;
}

Error undefined(std::string_view resource) {
    return {ErrorKind::not_found,
            fmt::format("DRBD's configuration defines no resource {} for this node: see the files "
                        "in /etc/drbd.d and the host names in them",
                        resource)};
}

} // namespace

Status check_resource_name(std::string_view name) {
    const auto allowed = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '_' || c == '-' || c == '.';
    };
    if (name.empty() || name.size() > 63 || name.front() == '-' || name.front() == '.' ||
        name == "all" || !std::all_of(name.begin(), name.end(), allowed)) {
        return fail(ErrorKind::invalid_config,
                    fmt::format("\"{}\" is no DRBD resource name", printable(name)));
    }
    return {};
}

Drbd::Drbd(std::string resource, process::CommandRunner& runner)
    : Drbd(std::move(resource), runner, Paths{}) {}

Drbd::Drbd(std::string resource, process::CommandRunner& runner, Paths paths)
    : resource_(std::move(resource))
    , runner_(runner)
    , paths_(std::move(paths)) {}

Result<int> Drbd::module_version() const {
    const auto text = read_file(paths_.proc_drbd);
    if (!text) {
        return text.error().kind == ErrorKind::not_found ? Result<int>(0) : fail(text.error());
    }
    // "version: 8.4.11 (api:1/proto:86-101)"
    const auto words = split(*text, " \t\n.");
    const auto number = [&](std::size_t at) {
        return at < words.size() ? parse_integer(words[at], 0, 99).value_or(-1) : -1;
    };
    const std::int64_t major = number(1);
    const std::int64_t minor = number(2);
    if (major < 0 || minor < 0) {
        return fail(ErrorKind::protocol,
                    fmt::format("{} names no DRBD version", paths_.proc_drbd.string()));
    }
    if (major < 8 || (major == 8 && minor < 4)) {
        return fail(
            ErrorKind::not_installed,
            fmt::format("the DRBD module of this node is {}.{}: 8.4 or 9 is needed", major, minor));
    }
    return static_cast<int>(major);
}

Result<Observation> Drbd::observe(const Deadline& deadline) {
    // drbdsetup would load the module; without the module there is no resource.
    const auto version = module_version();
    if (!version) {
        return fail(version.error());
    }
    if (*version == 0) {
        return Observation{};
    }
    const bool nine = *version >= 9;
    const SystemClock clock;
    auto seen = ask_drbdsetup(nine, nine ? deadline : deadline.within(clock, patience));
    if (seen || nine || seen.error().kind != ErrorKind::timeout) {
        return seen;
    }
    auto second_hand = read_proc(deadline);
    if (!second_hand) {
        return seen;
    }
    second_hand->detour = fmt::format("the kernel did not answer drbdsetup within {} s; this is "
                                      "what /proc/drbd says",
                                      patience.count() / 1000);
    return second_hand;
}

Result<Observation> Drbd::ask_drbdsetup(bool nine, const Deadline& deadline) {
    const auto what = nine ? command({"drbdsetup", "status", "--json"})
                           : command({"drbdsetup", "events2", "--now", "--statistics", resource_});
    const auto output = runner_.run(what, deadline);
    if (const auto ran = outcome(what, output); !ran) {
        return fail(ran.error());
    }
    return nine ? parse_status(output->out, resource_) : parse_events(output->out, resource_);
}

Result<Observation> Drbd::read_proc(const Deadline& deadline) {
    // Reads DRBD's configuration only, and asks the kernel nothing.
    const auto what = command({"drbdadm", "sh-minor", resource_});
    const auto output = runner_.run(what, deadline);
    if (const auto ran = outcome(what, output); !ran) {
        return fail(ran.error());
    }
    std::vector<int> minors;
    for (const std::string& word : split(output->out)) {
        if (const auto minor = parse_integer(word, 0, most_minors)) {
            minors.push_back(static_cast<int>(*minor));
        }
    }
    const auto text = read_file(paths_.proc_drbd);
    return text ? parse_proc_drbd(*text, minors) : fail(text.error());
}

Status Drbd::drbdadm(std::string_view verb, const Deadline& deadline) {
    const auto what = command({"drbdadm", std::string(verb), resource_});
    return outcome(what, runner_.run(what, deadline));
}

Status Drbd::check_configured(const Deadline& deadline) {
    const auto what = command({"drbdadm", "sh-dev", resource_});
    const auto output = runner_.run(what, deadline);
    if (!output) {
        return fail(output.error());
    }
    if (output->ok()) {
        return {};
    }
    const std::string said = complaint(*output);
    if (says_undefined(said)) {
        return fail(undefined(resource_));
    }
    return fail(ErrorKind::not_installed, fmt::format("this node's DRBD configuration: {}", said));
}

Status Drbd::bring_up(const Deadline& deadline) {
    const auto version = module_version();
    if (!version) {
        return fail(version.error());
    }
    if (*version == 0) {
        const auto modprobe = command({"modprobe", "drbd"});
        if (const auto done = outcome(modprobe, runner_.run(modprobe, deadline)); !done) {
            return fail(
                done.error().kind == ErrorKind::timeout ? done.error().kind
                                                        : ErrorKind::not_installed,
                fmt::format("the DRBD kernel module cannot be loaded: {}", done.error().message));
        }
    }
    // adjust also completes a bring-up that was interrupted between any two steps; up does not.
    const auto up = drbdadm("adjust", deadline);
    return !up && says_undefined(up.error().message) ? fail(undefined(resource_)) : up;
}

Status Drbd::bring_down(const Deadline& deadline) {
    // It reads every file and talks to every peer; what hangs there must not use up all the time.
    const SystemClock clock;
    const auto down = drbdadm("down", deadline.within(clock, deadline.left(clock) / 2));
    if (down) {
        return {};
    }
    // The file may have gone or changed since the start; the kernel still knows the resource.
    const auto what = command({"drbdsetup", "down", resource_});
    return outcome(what, runner_.run(what, deadline));
}

Status Drbd::promote(const Deadline& deadline) {
    return drbdadm("primary", deadline);
}

Status Drbd::demote(const Deadline& deadline) {
    auto demoted = drbdadm("secondary", deadline);
    if (demoted || demoted.error().kind != ErrorKind::internal) {
        return demoted;
    }
    const auto seen = observe(deadline);
    if (!seen || seen->volumes.empty()) {
        return demoted;
    }
    const auto what =
        command({"drbdsetup", "secondary", std::to_string(seen->volumes.front().minor)});
    return outcome(what, runner_.run(what, deadline));
}

Status Drbd::resume_io(const Observation& seen, const Deadline& deadline) {
    for (const Volume& volume : seen.volumes) {
        const auto what = command({"drbdsetup", "resume-io", std::to_string(volume.minor)});
        if (auto done = outcome(what, runner_.run(what, deadline)); !done) {
            return done;
        }
    }
    return {};
}

Result<Options> Drbd::options(const Deadline& deadline) {
    const auto what = command({"drbdsetup", "show", resource_});
    const auto output = runner_.run(what, deadline);
    if (const auto ran = outcome(what, output); !ran) {
        return fail(ran.error());
    }
    return parse_options(output->out);
}

Result<std::string> Drbd::generation(const Observation& seen, const Deadline& deadline) {
    if (seen.volumes.empty()) {
        return fail(ErrorKind::not_found, fmt::format("{} has no volume", resource_));
    }
    // 9 keeps them for each peer; which of them these are makes a difference only beyond two nodes.
    const bool nine = !seen.peers.empty() && seen.peers.front().node_id >= 0;
    const auto what =
        nine
            ? command({"drbdsetup", "get-gi", resource_, std::to_string(seen.peers.front().node_id),
                       std::to_string(seen.volumes.front().volume)})
            : command({"drbdsetup", "get-gi", std::to_string(seen.volumes.front().minor)});
    const auto output = runner_.run(what, deadline);
    if (const auto ran = outcome(what, output); !ran) {
        return fail(ran.error());
    }
    return parse_generation(output->out).map([](const Generation& read) {
        return to_string(read);
    });
}

} // namespace twinsite::mirror
