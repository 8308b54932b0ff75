#include "agents/mirror/mirror_agent.hpp"

#include <twinsite/base/text.hpp>
#include <twinsite/log/log.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace twinsite::mirror {

namespace {

using ocf::ExitCode;
using ocf::Outcome;

constexpr Milliseconds look_again{200};
/// An attribute daemon that hangs must not cost the action its own time.
constexpr Milliseconds score_patience{3000};
/// A stop keeps this much for removing the resource after a demotion that took long.
constexpr Milliseconds down_reserve{10000};

ExitCode code_of(State state) {
    switch (state) {
    case State::stopped:
        return ExitCode::not_running;
    case State::unpromoted:
        return ExitCode::success;
    case State::promoted:
        return ExitCode::running_promoted;
    case State::failed_promoted:
        return ExitCode::failed_promoted;
    case State::unknown:
        return ExitCode::error;
    }
    return ExitCode::error;
}

/// Pacemaker shows a degraded resource with its reason and otherwise leaves it alone.
ExitCode degraded(ExitCode code) {
    switch (code) {
    case ExitCode::success:
        return ExitCode::degraded;
    case ExitCode::running_promoted:
        return ExitCode::degraded_promoted;
    default:
        return code;
    }
}

} // namespace

MirrorAgent::MirrorAgent(Settings settings, Parts parts, Deadline deadline)
    : settings_(std::move(settings))
    , parts_(std::move(parts))
    , deadline_(deadline) {}

ocf::ActionTable MirrorAgent::actions(const ocf::Request& request) {
    const unsigned check_level = request.check_level;
    std::string type(request.meta("notify_type"));
    std::string operation(request.meta("notify_operation"));
    return {{"start", [this] { return start(); }},
            {"stop", [this] { return stop(); }},
            {"promote", [this] { return promote(); }},
            {"demote", [this] { return demote(); }},
            {"monitor", [this] { return monitor(); }},
            {"notify", [this, type, operation] { return notify(type, operation); }},
            {"reload-agent", [this] { return reload(); }},
            {"validate-all", [this, check_level] { return validate(check_level); }}};
}

Assessment MirrorAgent::judge(const Observation& seen) {
    Assessment now = assess(seen, settings_.scores);
    if (now.state != State::unpromoted || now.score <= never) {
        return now;
    }
    if (const std::string held = parts_.caretaker.held_back(seen, deadline_); !held.empty()) {
        now.score = never;
        now.degraded = true;
        now.reason = now.reason.empty() ? held : fmt::format("{}; {}", held, now.reason);
    }
    return now;
}

void MirrorAgent::publish(const Assessment& assessment) {
    const auto deadline = deadline_.within(parts_.clock, score_patience);
    const std::string text = score_text(assessment.score);
    if (const auto done = parts_.score.publish(text, deadline); !done) {
        log::warning("the promotion score {} did not reach the cluster: {}", text,
                     done.error().message);
    }
}

void MirrorAgent::publish_now() {
    const auto seen = parts_.mirror.observe(deadline_);
    if (!seen) {
        log::warning("{}", seen.error().message);
        return;
    }
    if (seen->configured) {
        publish(judge(*seen));
    }
}

Outcome MirrorAgent::monitor() {
    const auto seen = parts_.mirror.observe(deadline_);
    if (!seen) {
        return Outcome::of(seen.error());
    }
    const Assessment plain = assess(*seen, settings_.scores);
    if (plain.state == State::stopped) {
        return Outcome::of(ExitCode::not_running);
    }
    watch_link();
    if (!parts_.caretaker.knows_options()) {
        if (const auto options = parts_.mirror.options(deadline_)) {
            parts_.caretaker.note_options(*options);
        }
    }
    // First the look, which may find a split brain: the score has to know of it.
    std::vector<std::string> worries = parts_.caretaker.look_after(*seen, plain, deadline_);
    const Assessment now = judge(*seen);
    publish(now);
    worries.push_back(seen->detour);
    if (left_to_peer(*seen, now)) {
        if (!now.reason.empty()) {
            log::info("{}: score {}: {}", settings_.resource, score_text(now.score), now.reason);
        }
    } else if (now.degraded || now.state == State::failed_promoted) {
        worries.push_back(now.reason);
    }
    std::erase(worries, "");
    const std::string reason = join(worries, "; ");
    if (!reason.empty()) {
        log::warning("{}: score {}: {}", settings_.resource, score_text(now.score), reason);
    }
    const ExitCode code = code_of(now.state);
    const bool silent = parts_.caretaker.must_be_told_anew(reason) || reason.empty();
    return Outcome::of(silent ? code : degraded(code), reason);
}

void MirrorAgent::watch_link() {
    if (const auto watched = parts_.watcher.keep_watching(); !watched) {
        log::warning("{}: the link is not watched: {}", settings_.resource,
                     watched.error().message);
    }
}

void MirrorAgent::wait_until_settled() {
    const auto deadline = deadline_.within(parts_.clock, settings_.wait_for_peer);
    const bool agreed = poll_until(parts_.clock, deadline, look_again, [&] {
        const auto seen = parts_.mirror.observe(deadline_);
        return seen && settled(*seen);
    });
    if (!agreed && settings_.wait_for_peer > Milliseconds::zero()) {
        log::notice("{}: the peer did not connect within {} s; started without it",
                    settings_.resource, settings_.wait_for_peer.count() / 1000);
    }
}

Outcome MirrorAgent::start() {
    const auto before = parts_.mirror.observe(deadline_);
    if (!before) {
        return Outcome::of(before.error());
    }
    if (before->configured && before->role == Role::primary) {
        return Outcome::of(ExitCode::error, fmt::format("{} is promoted already: demote it first",
                                                        settings_.resource));
    }
    if (const auto up = parts_.mirror.bring_up(deadline_); !up) {
        if (!before->configured) {
            // Leave no half of a resource behind; a failure here is the stop's to report.
            static_cast<void>(parts_.mirror.bring_down(deadline_));
        }
        return Outcome::of(up.error());
    }
    const auto options = parts_.mirror.options(deadline_);
    const Status fitting =
        options ? check_primaries(*options, settings_.promoted_max) : fail(options.error());
    if (!fitting) {
        if (!before->configured) {
            static_cast<void>(parts_.mirror.bring_down(deadline_));
        }
        return Outcome::of(fitting.error().in(settings_.resource));
    }
    parts_.caretaker.note_options(*options);
    watch_link();
    wait_until_settled();
    const auto after = parts_.mirror.observe(deadline_);
    if (!after) {
        return Outcome::of(after.error());
    }
    if (!after->configured) {
        return Outcome::of(ExitCode::error,
                           fmt::format("{} did not come up, though drbdadm reported no error",
                                       settings_.resource));
    }
    if (!in_touch(*after)) {
        // Pacemaker may promote it before the first monitor.
        for (const std::string& worry :
             parts_.caretaker.look_after(*after, assess(*after, settings_.scores), deadline_)) {
            log::warning("{}: {}", settings_.resource, worry);
        }
    }
    const Assessment now = judge(*after);
    publish(now);
    if (now.state == State::unknown) {
        return Outcome::of(ExitCode::error, now.reason);
    }
    if (!now.reason.empty()) {
        log::notice("{} started: score {}: {}", settings_.resource, score_text(now.score),
                    now.reason);
    }
    return Outcome::ok();
}

const MirrorAgent::Change MirrorAgent::demotion{
    &Mirror::demote,
    [](const Observation& seen) { return !seen.configured || seen.role == Role::secondary; },
    "demoted"};

const MirrorAgent::Change MirrorAgent::removal{
    &Mirror::bring_down, [](const Observation& seen) { return !seen.configured; }, "taken down"};

Error MirrorAgent::explain_refusal(const Error& error, const Observation& seen,
                                   const Change& change) const {
    std::vector<std::string> names;
    for (const Volume& volume : seen.volumes) {
        for (std::string& name : parts_.holders(volume.minor)) {
            names.push_back(std::move(name));
        }
    }
    if (names.empty()) {
        return error;
    }
    return {ErrorKind::conflict, fmt::format("{} cannot be {}: it is in use by {}",
                                             settings_.resource, change.name, join(names, ", "))};
}

Status MirrorAgent::insist(const Change& change, const Deadline& deadline) {
    std::optional<Error> refused;
    Observation held;
    Error last{ErrorKind::timeout, fmt::format("no time was left for it to be {}", change.name)};
    const bool reached = poll_until(parts_.clock, deadline, look_again, [&] {
        const auto attempt = (parts_.mirror.*change.attempt)(deadline);
        const auto seen = parts_.mirror.observe(deadline_);
        if (!seen) {
            last = seen.error();
            return false;
        }
        if (change.reached(*seen)) {
            return true;
        }
        last = attempt ? Error{ErrorKind::internal,
                               fmt::format("drbdadm reported success, but {} is not {}",
                                           settings_.resource, change.name)}
                       : attempt.error();
        if (last.kind == ErrorKind::conflict) {
            if (!refused) {
                log::notice("{}; trying on", explain_refusal(last, *seen, change).message);
            }
            refused = last;
            held = *seen;
        }
        return false;
    });
    if (reached) {
        return {};
    }
    // Who holds it is worth more than that the last attempt ran out of time.
    return fail(refused ? explain_refusal(*refused, held, change) : last);
}

Outcome MirrorAgent::demote() {
    const auto seen = parts_.mirror.observe(deadline_);
    if (!seen) {
        return Outcome::of(seen.error());
    }
    if (!seen->configured) {
        return Outcome::of(ExitCode::not_running);
    }
    if (const auto done = insist(demotion, deadline_); !done) {
        return Outcome::of(done.error());
    }
    if (seen->role == Role::primary) {
        parts_.caretaker.note_role(Role::secondary, deadline_);
    }
    publish_now();
    return Outcome::ok();
}

Outcome MirrorAgent::stop() {
    const auto before = parts_.mirror.observe(deadline_);
    if (before && before->configured && before->role == Role::primary) {
        // Pacemaker demotes before it stops; this is for failures and for hands.
        const Milliseconds reserve = std::min(down_reserve, deadline_.left(parts_.clock) / 2);
        const auto done = insist(demotion, deadline_.before(reserve));
        if (!done) {
            return Outcome::of(done.error());
        }
    }
    if (!before || before->configured) {
        // A stop that fails gets the node fenced: a refusal that passes is waited out.
        if (const auto gone = insist(removal, deadline_); !gone) {
            return Outcome::of(gone.error());
        }
    }
    if (const auto ended = parts_.watcher.end(deadline_); !ended) {
        log::warning("{}", ended.error().message);
    }
    parts_.caretaker.withdraw(deadline_);
    if (const auto gone = parts_.score.withdraw(deadline_.within(parts_.clock, score_patience));
        !gone) {
        log::info("the promotion score was not withdrawn: {}", gone.error().message);
    }
    return Outcome::ok();
}

Outcome MirrorAgent::promote() {
    std::string reason;
    std::string refusal;
    Outcome result = Outcome::ok();
    const bool decided = poll_until(parts_.clock, deadline_, look_again, [&] {
        const auto seen = parts_.mirror.observe(deadline_);
        if (!seen) {
            if (reason.empty()) {
                reason = seen.error().message;
            }
            return false;
        }
        const auto verdict =
            may_promote(*seen, {.consistent_will_do = settings_.scores.consistent > 0,
                                .two_primaries = settings_.promoted_max == 2});
        reason = verdict.reason;
        switch (verdict.promotion) {
        case Promotion::done:
            publish(assess(*seen, settings_.scores));
            return true;
        case Promotion::wait:
            return false;
        case Promotion::refused:
            publish(judge(*seen));
            result = Outcome::of(seen->configured ? ExitCode::error : ExitCode::not_running,
                                 fmt::format("{} is not promoted: {}", settings_.resource, reason));
            return true;
        case Promotion::go:
            break;
        }
        if (const auto held = parts_.caretaker.held_back(*seen, deadline_); !held.empty()) {
            publish(judge(*seen));
            result = Outcome::of(ExitCode::error,
                                 fmt::format("{} is not promoted: {}", settings_.resource, held));
            return true;
        }
        if (const auto promoted = parts_.mirror.promote(deadline_); !promoted) {
            // A peer that has just died counts as connected until its pings are missed, and as
            // not outdated until the fence handler has asked the cluster: ask again.
            // The kernel's refusal is worth more than that the last attempt ran out of time.
            const std::string told = parts_.caretaker.take_refusal();
            if (!told.empty()) {
                refusal = told;
            } else if (promoted.error().kind != ErrorKind::timeout || refusal.empty()) {
                refusal = promoted.error().message;
            }
        } else {
            parts_.caretaker.note_role(Role::primary, deadline_);
        }
        return false;
    });
    if (!decided) {
        return Outcome::of(ExitCode::error,
                           fmt::format("{} could not be promoted in time: {}", settings_.resource,
                                       refusal.empty() ? reason : refusal));
    }
    return result;
}

Outcome MirrorAgent::notify(std::string_view type, std::string_view operation) {
    // Promotions and demotions score themselves; every fork here prolongs a failover.
    if (type == "post" && (operation == "start" || operation == "stop")) {
        publish_now();
    }
    // Pacemaker also tells of a stop and a demotion that a fencing only implies: what the peer
    // was last is known from DRBD alone.
    if (type == "post" && (operation == "promote" || operation == "demote")) {
        if (const auto seen = parts_.mirror.observe(deadline_)) {
            parts_.caretaker.note_contact(*seen);
        }
    }
    return Outcome::ok();
}

Outcome MirrorAgent::reload() {
    publish_now();
    return Outcome::ok();
}

Outcome MirrorAgent::validate(unsigned level) {
    return level < 10 ? Outcome::ok() : ocf::outcome_of(parts_.mirror.check_configured(deadline_));
}

} // namespace twinsite::mirror
