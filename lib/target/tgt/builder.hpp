// The daemon's requests, in the order in which targets are built and taken down.
#pragma once

#include "lib/target/tgt/accounts.hpp"
#include "lib/target/tgt/listing.hpp"
#include "lib/target/tgt/patience.hpp"

#include <twinsite/target/tgt.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace twinsite::target::tgt {

/// The id that a target of this name gets on every node. It tells ours from others, and tgt makes
/// an identity of the LUNs of it. Positive, and above the ids that people choose.
std::int32_t target_id(std::string_view iqn);

/// Errors: those of TgtDaemon.
Result<std::vector<ListedTarget>> all_targets(TgtDaemon& daemon);

/// Nothing when there is none, or no daemon.
Result<std::optional<ListedTarget>> find_target(TgtDaemon& daemon, std::string_view iqn);

/// Those of WANTED that the daemon listens on, also through a wildcard address.
Result<std::vector<std::string>> open_portals(TgtDaemon& daemon, const std::vector<Portal>& wanted);

Result<Switches> session_parameters(TgtDaemon& daemon, std::int64_t target);

class Builder {
public:
    Builder(TgtDaemon& daemon, BackingInspector& inspector, Accounts& accounts,
            const TgtBacking& backing, const Patience& patience, const Progress& progress)
        : daemon_(daemon)
        , inspector_(inspector)
        , accounts_(accounts)
        , backing_(backing)
        , patience_(patience)
        , progress_(progress) {}

    /// Target, LUNs and their identity, parameters, portals, accounts, and who may log in last:
    /// until then every login is refused.
    Status build(const Specification& wanted);

private:
    Status request(TgtRequest request, const std::string& what);
    Status lun(const Lun& lun, const Specification& wanted);
    Status portals(const Specification& wanted);
    Status admit(const Specification& wanted);
    Status account(const Credentials& credentials, bool outgoing);
    Status access(const Specification& wanted);

    TgtDaemon& daemon_;
    BackingInspector& inspector_;
    Accounts& accounts_;
    const TgtBacking& backing_;
    const Patience& patience_;
    const Progress& progress_;
    std::int32_t id_ = 0;
};

/// Nobody may log in any more, then the connections end, then the target goes, then the accounts
/// that the agent made and no other target uses. Portals belong to the daemon and stay. Waits until
/// the deadline for I/O in flight, then error conflict names its LUN.
Status remove_target(TgtDaemon& daemon, Accounts& accounts, const Patience& patience,
                     const ListedTarget& target, const Progress& progress);

} // namespace twinsite::target::tgt
