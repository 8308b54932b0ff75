#include "agents/mirror/handler/handler.hpp"

#include "agents/mirror/fence_review.hpp"
#include "agents/mirror/handler/cluster_status.hpp"
#include "agents/mirror/promotion_ban.hpp"

#include <twinsite/base/file.hpp>
#include <twinsite/base/text.hpp>
#include <twinsite/log/log.hpp>
#include <twinsite/mirror/accepted_loss.hpp>
#include <twinsite/mirror/standing_io.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace twinsite::mirror {

namespace {

constexpr Milliseconds one_look{10000};
constexpr Milliseconds look_again{500};
/// A running Primary under keep-home goes on all the while. A promotion is tried again by the
/// agent; meanwhile the kernel holds the lock that a stop needs as well.
constexpr Milliseconds short_patience{15000};
/// A running Primary under majority: I/O stands still until the peer is proven dead; nothing is
/// gained by giving up early. drbdadm kills a handler after 600 s (cmd-timeout-long).
constexpr Milliseconds long_patience{570000};

constexpr Milliseconds one_question{3000};
/// For the monitor, which has a timeout of its own.
constexpr Milliseconds review_look{6000};

/// corosync-quorumtool(8) says "Quorate: Yes", and of the members of that quorum lists OWN and not
/// PEER. As long as Corosync settles a new membership it tells of the one before. With two_node
/// (pcs sets it for two nodes) both sides of a cut are quorate: that proves nothing.
bool quorate_without(std::string_view text, const std::string& peer, const std::string& own) {
    bool quorate = false;
    bool own_listed = false;
    for (const std::string_view line : lines(text)) {
        const auto words = split(line);
        const auto has = [&](std::string_view word) {
            return std::find(words.begin(), words.end(), word) != words.end();
        };
        if (has(peer) || (!words.empty() && words[0] == "Flags:" && has("2Node"))) {
            return false;
        }
        quorate = quorate || (words.size() == 2 && words[0] == "Quorate:" && words[1] == "Yes");
        own_listed = own_listed || has(own); // else its names are not the cluster's
    }
    return quorate && own_listed;
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

} // namespace

Handler::Handler(HandlerCall call, Parts parts)
    : call_(std::move(call))
    , parts_(std::move(parts))
    , memory_(parts_.folders.state, call_.resource) {}

void Handler::remember(const std::function<void(Memory&)>& change) {
    const auto deadline = Deadline::after(parts_.clock, Milliseconds(2000));
    if (const auto done = memory_.update(change, parts_.clock, deadline); !done) {
        log::warning("{}", done.error().message);
    }
}

Result<ClusterView> Handler::cluster(const Deadline& deadline) {
    const auto xml = parts_.runner.run_ok({{"crm_mon", "-1", "--output-as=xml"}, {}, {}}, deadline);
    if (!xml) {
        return fail(xml.error());
    }
    return parse_cluster_status(*xml, {call_.resource, call_.mirror, call_.peer, call_.own_node});
}

std::int64_t Handler::quorate_alone_ms(const ClusterView& seen, const Deadline& deadline) {
    if (call_.policy != Policy::majority || seen.node != PeerNode::unclean) {
        quorate_alone_since_.reset();
        return 0;
    }
    // Pacemaker repeats what Corosync told it last; Corosync itself knows more.
    const auto said = parts_.runner.run({{"corosync-quorumtool", "-s"}, {}, {}},
                                        deadline.within(parts_.clock, one_question));
    if (!seen.quorum || !said || !quorate_without(said->out, call_.peer, call_.own_node)) {
        quorate_alone_since_.reset();
        return 0;
    }
    const TimePoint now = parts_.clock.now();
    if (!quorate_alone_since_) {
        quorate_alone_since_ = now;
    }
    return std::chrono::duration_cast<Milliseconds>(now - *quorate_alone_since_).count();
}

std::int64_t Handler::witness_ms(const Deadline& deadline) {
    const auto said = parts_.runner.run({{"corosync-cmapctl", "quorum.device"}, {}, {}},
                                        deadline.within(parts_.clock, one_question));
    if (said && !said->ok() && trim(said->out).empty() && trim(said->err).empty()) {
        return 0; // it has no such keys: there is no witness to wait for
    }
    constexpr std::string_view key = "quorum.device.sync_timeout (u32) = ";
    const auto at = said ? said->out.find(key) : std::string::npos;
    const auto number =
        at == std::string::npos
            ? fail(ErrorKind::not_found, "not set")
            : parse_integer(lines(std::string_view(said->out).substr(at + key.size())).front(), 0,
                            INT32_MAX);
    return number.value_or(FenceQuestion{}.witness_ms);
}

std::optional<FenceVerdict> Handler::ban(const ClusterView& seen, const Deadline& deadline) {
    const auto not_yet = [](const Error& why) {
        return FenceVerdict{
            .answer = FenceAnswer::failed, .ask_again = true, .reason = why.message};
    };
    // A link that only flapped: the peer is being resynced, and nobody would lift its ban before
    // the next monitor.
    const auto local = parts_.mirror.observe(deadline);
    if (!local) {
        return not_yet(local.error());
    }
    if (is_connected(*local)) {
        return connected_again();
    }
    // First the note, then the ban: a ban nobody remembers would outlive its reason.
    remember([&](Memory& memory) { memory.banned_node = call_.peer; });
    if (seen.clone.empty()) {
        return not_yet(
            {ErrorKind::not_found, fmt::format("the cluster has no clone of {}", call_.mirror)});
    }
    const auto banned = place_ban(call_.resource, seen.clone, call_.peer, parts_.runner, deadline);
    if (!banned) {
        return not_yet(banned.error());
    }
    log::notice("{}: {} is kept from promotion", call_.resource, call_.peer);
    return std::nullopt;
}

FenceVerdict Handler::constrain(const FenceVerdict& verdict, const ClusterView& seen,
                                const Deadline& deadline) {
    FenceVerdict unconfirmed{.answer = FenceAnswer::failed,
                             .ask_again = true,
                             .reason =
                                 "the peer's cluster does not confirm: it may be beyond a cut"};
    const auto confirmed = [&] {
        return ask_for_ban(call_.resource, call_.peer, parts_.runner, deadline);
    };
    if (verdict.peer_must_confirm && confirmed() == PeerConfiguration::no_answer) {
        return unconfirmed;
    }
    if (seen.banned_node == call_.peer) {
        remember([&](Memory& memory) { memory.banned_node = call_.peer; });
    } else {
        if (auto not_banned = ban(seen, deadline)) {
            return *std::move(not_banned);
        }
    }
    return verdict.peer_must_confirm && confirmed() != PeerConfiguration::with_ban ? unconfirmed
                                                                                   : verdict;
}

/// Whatever it says, the monitor deletes it when the mirror is whole.
void Handler::note_acceptance(const std::string& value) {
    if (value == acceptance_) {
        return;
    }
    acceptance_ = value;
    remember([](Memory& memory) { memory.loss_accepted = true; });
    if (!loss_is_accepted(value, parts_.now())) {
        log::warning("{}: {} is \"{}\": no time within the last {} s, so no loss is accepted",
                     call_.resource, accept_loss_attribute(call_.resource), printable(value),
                     acceptance_lasts);
    }
}

FenceVerdict Handler::ask(const Deadline& deadline) {
    const auto local = parts_.mirror.observe(deadline);
    local_ = local ? *local : local_;
    if (local && is_connected(*local)) {
        return connected_again();
    }
    const auto seen = local ? cluster(deadline) : fail(local.error());
    if (!seen) {
        return {.answer = FenceAnswer::failed, .ask_again = true, .reason = seen.error().message};
    }
    note_acceptance(seen->accepted_loss);
    const auto contact = read_contact(parts_.folders, call_.resource);
    const std::int64_t alone = quorate_alone_ms(*seen, deadline);
    const FenceVerdict verdict = decide_fence(
        {.policy = call_.policy,
         .own_node = call_.own_node,
         .local = *local,
         .cluster = *seen,
         .promoted_peer_last_seen = contact && contact->peer == Role::primary ? contact->at : 0,
         .now = parts_.now(),
         .patience = call_.patience,
         .quorate_alone_ms = alone,
         .witness_ms = alone > 0 ? witness_ms(deadline) : FenceQuestion{}.witness_ms});
    return verdict.constrain_peer ? constrain(verdict, *seen, deadline) : verdict;
}

void Handler::note_word(const FenceVerdict& verdict) {
    const FenceWord word{parts_.now(), static_cast<int>(verdict.answer), verdict.reason};
    if (const auto noted = write_fence_word(parts_.folders, call_.resource, word); !noted) {
        log::warning("{}", noted.error().message);
    }
}

Status Handler::release_io(const Deadline& deadline) {
    const auto before = parts_.mirror.observe(deadline);
    if (!before) {
        return fail(before.error());
    }
    if (!waits_for_fencing(*before) || is_connected(*before)) {
        return {}; // it goes on by itself
    }
    const auto resumed = parts_.mirror.resume_io(*before, deadline);
    const auto after = parts_.mirror.observe(deadline);
    if (!after || waits_for_fencing(*after)) {
        return fail(!resumed ? resumed.error()
                    : !after ? after.error()
                             : Error{ErrorKind::internal, "it stands still, though drbdsetup "
                                                          "reported no error"});
    }
    return {};
}

int Handler::review() {
    const auto deadline = Deadline::after(parts_.clock, review_look);
    FenceVerdict verdict = ask(deadline);
    if (waits_for_fencing(local_) && proves(local_, verdict.answer)) {
        if (const auto released = release_io(deadline); released) {
            log::notice("{}: I/O goes on: {}", call_.resource, verdict.reason);
        } else {
            verdict = {.answer = FenceAnswer::failed,
                       .reason = fmt::format("{}, but I/O could not be released: {}",
                                             verdict.reason, released.error().message)};
            log::error("{}: {}", call_.resource, verdict.reason);
        }
    }
    note_word(verdict);
    return static_cast<int>(verdict.answer);
}

int Handler::fence_peer() {
    note_word({.answer = FenceAnswer::failed, .reason = "the cluster is being asked"});
    const auto soon = Deadline::after(parts_.clock, short_patience);
    FenceVerdict verdict;
    poll_until(parts_.clock, Deadline::after(parts_.clock, long_patience), look_again, [&] {
        verdict = ask(Deadline::after(parts_.clock, one_look));
        const bool io_stands = call_.policy == Policy::majority && local_.role == Role::primary;
        return !verdict.ask_again || (!io_stands && soon.passed(parts_.clock));
    });
    note_word(verdict);
    log::notice("{}: fence-peer {}: exit {}: {}", call_.resource, call_.peer,
                static_cast<int>(verdict.answer), verdict.reason);
    if (verdict.answer == FenceAnswer::failed || verdict.answer == FenceAnswer::peer_is_primary) {
        // The kernel says only that it refuses; the agent tells the admin why.
        std::error_code ignored;
        std::filesystem::create_directories(parts_.folders.run, ignored);
        static_cast<void>(
            replace_file(refusal_file(parts_.folders, call_.resource), verdict.reason + "\n"));
    }
    return static_cast<int>(verdict.answer);
}

int Handler::unfence(const std::string& node) {
    const auto deadline = Deadline::after(parts_.clock, one_look);
    const auto seen = cluster(deadline);
    if (!seen) {
        log::warning("{}: whether promotion is still banned is unknown: {}", call_.resource,
                     seen.error().message);
        return 1;
    }
    if (seen->banned_node != node) {
        return 0;
    }
    if (const auto gone = lift_ban(call_.resource, node, parts_.runner, deadline); !gone) {
        log::error("{}: {} is resynced, but its ban on promotion could not be lifted: {}",
                   call_.resource, node, gone.error().message);
        return 1;
    }
    log::notice("{}: {} is resynced and may be promoted again", call_.resource, node);
    return 0;
}

int Handler::split_brain() {
    const auto deadline = Deadline::after(parts_.clock, one_look);
    SplitBrain split{.detected = parts_.now()};
    if (const auto seen = parts_.mirror.observe(deadline); seen && !seen->volumes.empty()) {
        split.role = seen->role;
        split.out_of_sync_kib = out_of_sync_kib(*seen);
        if (auto generation = parts_.mirror.generation(*seen, deadline); generation) {
            split.generation = *generation;
        }
    }
    remember([&](Memory& memory) { memory.split_brain = split; });
    log::error("{}: SPLIT BRAIN: this side is {} and wrote {} KiB since the sides parted; decide "
               "with twinsite resolve {}",
               call_.resource, to_string(split.role), split.out_of_sync_kib, call_.resource);
    const auto told = parts_.runner.run_ok(
        {{"attrd_updater", "--quiet", "--name=" + split_attribute(call_.resource),
          "--update=" + split_attribute_value(split)},
         {},
         {}},
        deadline);
    if (!told) {
        log::warning("{}", told.error().message);
    }
    return 0;
}

int Handler::out_of_sync() {
    const auto seen = parts_.mirror.observe(Deadline::after(parts_.clock, one_look));
    const std::uint64_t differing = seen ? out_of_sync_kib(*seen) : 0;
    remember([&](Memory& memory) {
        memory.verified = parts_.now();
        memory.differing_kib = differing;
    });
    log::error("{}: a verify run found {} KiB that differ", call_.resource, differing);
    return 0;
}

int Handler::run() {
    if (call_.event == "fence-peer") {
        return call_.review ? review() : fence_peer();
    }
    if (call_.event == "after-resync-target") {
        return unfence(call_.own_node);
    }
    if (call_.event == "unfence-peer") { // 9: runs on the good side, about the peer
        return unfence(call_.peer);
    }
    if (call_.event == "split-brain") {
        return split_brain();
    }
    if (call_.event == "initial-split-brain") {
        log::warning("{}: both sides were promoted apart; DRBD looks for a side without changes",
                     call_.resource);
        return 0;
    }
    if (call_.event == "pri-lost-after-sb") {
        log::error("{}: this promoted side lost against its peer after a split brain",
                   call_.resource);
        return 0;
    }
    if (call_.event == "out-of-sync") {
        return out_of_sync();
    }
    log::error("{}: event \"{}\" is not known", call_.resource, printable(call_.event));
    return 1;
}

} // namespace twinsite::mirror
