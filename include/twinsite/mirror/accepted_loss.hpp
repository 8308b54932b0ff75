// An operator's word that writes may be missing: a node attribute that go-live sets and DRBD's
// fence handler reads.
#pragma once

#include <twinsite/base/deadline.hpp>
#include <twinsite/base/result.hpp>
#include <twinsite/process/command.hpp>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace twinsite::mirror {

/// mirror-accept-loss-RESOURCE: when it was accepted, in seconds since 1970.
std::string accept_loss_attribute(std::string_view resource);

/// Seconds for which the word counts. It is meant for the takeover at hand: fencing, quorum and the
/// promotion take minutes, and a later occasion deserves a look of its own.
inline constexpr std::int64_t acceptance_lasts = 3600;
/// By how many seconds the clocks of two nodes may differ.
inline constexpr std::int64_t clocks_differ = 300;

/// VALUE as it stands in the attribute. Anything but a time is no acceptance.
bool loss_is_accepted(std::string_view value, std::int64_t now);

/// Acceptances that are taken back unless they are kept.
class AcceptedLosses {
public:
    explicit AcceptedLosses(process::CommandRunner& runner)
        : runner_(runner) {}
    AcceptedLosses(const AcceptedLosses&) = delete;
    AcceptedLosses& operator=(const AcceptedLosses&) = delete;
    /// What cannot be taken back counts no longer than acceptance_lasts.
    ~AcceptedLosses();

    /// On NODE, for RESOURCE. Errors: attrd_updater's.
    Status accept(const std::string& resource, const std::string& node, std::int64_t now,
                  const Deadline& deadline);
    void keep() { accepted_.clear(); }

private:
    process::CommandRunner& runner_;
    std::vector<std::pair<std::string, std::string>> accepted_; ///< resource, node
};

} // namespace twinsite::mirror
