#include "agents/mirror/handler/handler.hpp"

#include "agents/mirror/handler/cluster_status.hpp"

#include <twinsite/base/text.hpp>
#include <twinsite/log/log.hpp>

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cstdlib>

namespace twinsite::mirror {

namespace {

constexpr Milliseconds one_look{10000};
constexpr Milliseconds look_again{500};
/// keep-home: a running Primary goes on all the while, a promotion waits only this long and is
/// then tried again by the agent.
constexpr Milliseconds patience_keep_home{15000};
/// majority: I/O stands still until the peer is proven dead; nothing is gained by giving up early.
constexpr Milliseconds patience_majority{600000};

std::string environment(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? "" : value;
}

/// What goes into XML and argument vectors: names only.
bool plain_name(const std::string& text) {
    return !text.empty() && text.find_first_not_of("abcdefghijklmnopqrstuvwxyz"
                                                   "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                                   "0123456789_.-") == std::string::npos;
}

} // namespace

Result<HandlerCall> HandlerCall::from(std::span<const char* const> arguments) {
    HandlerCall call{.event = {},
                     .resource = environment("DRBD_RESOURCE"),
                     .peer = environment("DRBD_PEER"),
                     .mirror = {},
                     .own_node = {}};
    for (std::size_t i = 1; i < arguments.size(); ++i) {
        const std::string_view word(arguments[i]);
        const bool more = i + 1 < arguments.size();
        if (word == "--policy" && more) {
            const auto policy = parse_policy(arguments[++i]);
            if (!policy) {
                return fail(policy.error());
            }
            call.policy = *policy;
        } else if (word == "--mirror" && more) {
            call.mirror = arguments[++i];
        } else if (!word.starts_with('-') && call.event.empty()) {
            call.event = word;
        } else {
            return fail(
                ErrorKind::invalid_config,
                fmt::format("what is \"{}\"? usage: drbd-handler [--policy keep-home|majority] "
                            "[--mirror ID] EVENT, called by drbdadm",
                            printable(word)));
        }
    }
    if (auto name = check_resource_name(call.resource); !name) {
        return fail(name.error().in("DRBD_RESOURCE, set by drbdadm"));
    }
    if (call.mirror.empty()) {
        call.mirror = "mirror_" + call.resource;
    }
    if (!plain_name(call.mirror) || (!call.peer.empty() && !plain_name(call.peer))) {
        return fail(ErrorKind::invalid_config, "the mirror's or the peer's name is no plain name");
    }
    std::array<char, 256> host{};
    if (::gethostname(host.data(), host.size() - 1) == 0) {
        call.own_node = host.data();
    }
    return call;
}

Handler::Handler(HandlerCall call, Mirror& mirror, process::CommandRunner& runner, Clock& clock)
    : call_(std::move(call))
    , mirror_(mirror)
    , runner_(runner)
    , clock_(clock) {}

Result<ClusterView> Handler::cluster(const Deadline& deadline) {
    const auto xml = runner_.run_ok({{"crm_mon", "-1", "--output-as=xml"}, {}, {}}, deadline);
    if (!xml) {
        return fail(xml.error());
    }
    return parse_cluster_status(*xml, {call_.resource, call_.mirror, call_.peer});
}

Status Handler::ban_peer(const ClusterView& seen, const Deadline& deadline) {
    if (seen.banned_node == call_.peer) {
        return {};
    }
    if (seen.clone.empty()) {
        return fail(ErrorKind::not_found,
                    fmt::format("the cluster has no clone of {}", call_.mirror));
    }
    if (!plain_name(seen.clone)) {
        return fail(ErrorKind::protocol, "the clone's id is no plain name");
    }
    const std::string xml = fmt::format(
        R"(<rsc_location id="{}" rsc="{}" node="{}" role="Promoted" score="-INFINITY"/>)",
        ban_id(call_.resource), seen.clone, call_.peer);
    return runner_
        .run_ok({{"cibadmin", "--modify", "--allow-create", "--scope=constraints", "--xml-pipe"},
                 xml,
                 {}},
                deadline)
        .map([](const std::string&) {});
}

FenceVerdict Handler::ask(const Deadline& deadline) {
    const auto local = mirror_.observe(deadline);
    if (!local) {
        return {FenceAnswer::failed, false, true, local.error().message};
    }
    auto seen = cluster(deadline);
    if (!seen) {
        return {FenceAnswer::failed, false, true, seen.error().message};
    }
    FenceVerdict verdict = decide_fence({call_.policy, call_.own_node, *local, *seen});
    if (verdict.constrain_peer) {
        if (const auto banned = ban_peer(*seen, deadline); !banned) {
            return {FenceAnswer::failed, false, true, banned.error().message};
        }
    }
    return verdict;
}

int Handler::fence_peer() {
    const auto deadline = Deadline::after(
        clock_, call_.policy == Policy::majority ? patience_majority : patience_keep_home);
    FenceVerdict verdict;
    poll_until(clock_, deadline, look_again, [&] {
        verdict = ask(Deadline::after(clock_, one_look));
        return !verdict.ask_again;
    });
    log::notice("{}: fence-peer {}: exit {}: {}", call_.resource, call_.peer,
                static_cast<int>(verdict.answer), verdict.reason);
    return static_cast<int>(verdict.answer);
}

int Handler::unfence() {
    const auto deadline = Deadline::after(clock_, one_look);
    const auto seen = cluster(deadline);
    if (!seen) {
        log::warning("{}: whether promotion is still banned is unknown: {}", call_.resource,
                     seen.error().message);
        return 1;
    }
    if (seen->banned_node != call_.own_node) {
        return 0;
    }
    const auto gone =
        runner_.run_ok({{"cibadmin", "--delete", "--scope=constraints", "--xml-pipe"},
                        fmt::format(R"(<rsc_location id="{}"/>)", ban_id(call_.resource)),
                        {}},
                       deadline);
    if (!gone) {
        log::error("{}: resynced, but the ban on promotion could not be lifted: {}", call_.resource,
                   gone.error().message);
        return 1;
    }
    log::notice("{}: resynced, promotion is allowed here again", call_.resource);
    return 0;
}

int Handler::record(const char* what) {
    log::error("{}: {}", call_.resource, what);
    return 0;
}

int Handler::run() {
    if (call_.event == "fence-peer") {
        return fence_peer();
    }
    if (call_.event == "after-resync-target" || call_.event == "unfence-peer") {
        return unfence();
    }
    if (call_.event == "split-brain") {
        return record("SPLIT BRAIN: both sides were written apart; see twinsite resolve");
    }
    if (call_.event == "initial-split-brain") {
        return record("the peers find that both were promoted apart");
    }
    if (call_.event == "pri-lost-after-sb") {
        return record("the promoted side loses its data after a split brain");
    }
    if (call_.event == "out-of-sync") {
        return record("a verify run found blocks that differ");
    }
    log::error("{}: event \"{}\" is not known", call_.resource, printable(call_.event));
    return 1;
}

} // namespace twinsite::mirror
