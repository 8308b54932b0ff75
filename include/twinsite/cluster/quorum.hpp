// Corosync's own answers about quorum and links, from votequorum and cmap.
#pragma once

#include <twinsite/base/result.hpp>
#include <twinsite/site/quorum.hpp>

namespace twinsite::cluster {

using site::Link;
using site::Quorum;
using site::Voter;

/// Error unreachable when corosync does not answer.
Result<Quorum> read_quorum();

/// Tell votequorum how many votes to expect, and no longer to wait for all nodes. Only go-live
/// does this: after an operator said that the others are dead.
Status expect_votes(unsigned votes);

} // namespace twinsite::cluster
