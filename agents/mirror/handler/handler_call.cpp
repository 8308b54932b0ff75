#include "agents/mirror/handler/handler_call.hpp"

#include "agents/mirror/fence_review.hpp"
#include "agents/mirror/promotion_ban.hpp"

#include <twinsite/base/text.hpp>
#include <twinsite/mirror/drbd.hpp>

#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cstdlib>

namespace twinsite::mirror {

namespace {

std::string environment(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? "" : value;
}

/// 8.4 names the peer. 9 gives its node id, and the names of all nodes by id (drbd-utils,
/// setenv_node_id_and_uname()).
std::string peer_name() {
    std::string name = environment("DRBD_PEER");
    const auto id = parse_integer(environment("DRBD_PEER_NODE_ID"), 0, 31);
    return !name.empty() || !id ? name : environment(fmt::format("DRBD_NODE_ID_{}", *id).c_str());
}

} // namespace

Result<HandlerCall> HandlerCall::from(std::span<const char* const> arguments) {
    HandlerCall call{.event = {},
                     .resource = environment("DRBD_RESOURCE"),
                     .peer = peer_name(),
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
        } else if (word == "--patience" && more) {
            const auto seconds = parse_integer(arguments[++i], 0, 86400);
            if (!seconds) {
                return fail(seconds.error().in("--patience"));
            }
            call.patience = *seconds;
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
    call.review = !environment(review_variable).empty();
    if (call.peer.empty() && (call.event == "fence-peer" || call.event == "unfence-peer")) {
        return fail(ErrorKind::invalid_config,
                    fmt::format("{}: neither DRBD_PEER nor DRBD_PEER_NODE_ID with DRBD_NODE_ID_n "
                                "names the peer",
                                call.event));
    }
    std::array<char, 256> host{};
    if (::gethostname(host.data(), host.size() - 1) == 0) {
        call.own_node = host.data();
    }
    return call;
}

} // namespace twinsite::mirror
