// What drbdadm calls the handler for: its arguments and its environment.
#pragma once

#include <twinsite/base/result.hpp>
#include <twinsite/mirror/fence.hpp>

#include <cstdint>
#include <span>
#include <string>

namespace twinsite::mirror {

struct HandlerCall {
    std::string event; ///< fence-peer, after-resync-target, split-brain, ...
    Policy policy = Policy::keep_home;
    std::string resource;        ///< DRBD_RESOURCE
    std::string peer;            ///< a node name, from DRBD_PEER (8.4) or DRBD_PEER_NODE_ID (9)
    std::string mirror;          ///< the primitive's id; mirror_RESOURCE when not given
    std::string own_node;        ///< uname -n
    std::int64_t patience = 300; ///< FenceQuestion::patience
    bool review = false;         ///< the monitor asks, not the kernel (fence_review.hpp)

    /// From argv and drbdadm's environment. Errors: invalid_config.
    static Result<HandlerCall> from(std::span<const char* const> arguments);
};

} // namespace twinsite::mirror
