// The constraint that keeps a stale replica from promotion until it has been resynced.
#pragma once

#include <twinsite/base/deadline.hpp>
#include <twinsite/base/result.hpp>
#include <twinsite/process/command.hpp>

#include <string>
#include <string_view>

namespace twinsite::mirror {

/// twinsite-mirror-fence-RESOURCE: one per mirror.
std::string ban_id(std::string_view resource);

/// Letters, digits, '_', '-', '.': what may go into XML and argument vectors as it is.
bool plain_name(std::string_view text);

/// Of two sides that ban each other at the same moment only the first succeeds: place_ban fails
/// where there is a ban already. lift_ban leaves a ban on another node alone, and is idempotent.
/// Errors: invalid_config for names that are not plain, else cibadmin's; it refuses without quorum.
Status place_ban(std::string_view resource, std::string_view clone, std::string_view node,
                 process::CommandRunner& runner, const Deadline& deadline);
Status lift_ban(std::string_view resource, std::string_view node, process::CommandRunner& runner,
                const Deadline& deadline);

/// The peer's own copy of the cluster's configuration.
enum class PeerConfiguration { no_answer, without_ban, with_ban };

/// Asks NODE, through the cluster, whether it knows of the ban on its replica.
PeerConfiguration ask_for_ban(std::string_view resource, std::string_view node,
                              process::CommandRunner& runner, const Deadline& deadline);

} // namespace twinsite::mirror
