#include "cli/mirror_options.hpp"

#include <twinsite/base/deadline.hpp>
#include <twinsite/mirror/drbd.hpp>
#include <twinsite/process/command.hpp>
#include <twinsite/site/check_live.hpp>
#include <twinsite/site/names.hpp>

#include <fmt/format.h>

namespace twinsite::cli {

namespace {

constexpr auto patience = std::chrono::seconds(60); ///< for all LUNs together

} // namespace

std::vector<site::Finding> check_mirrors_here(const site::Topology& topology,
                                              const std::string& node) {
    process::SystemCommandRunner runner;
    const SystemClock clock;
    const Deadline deadline = Deadline::after(clock, patience);
    site::MirrorFencing fencing;
    std::vector<site::Finding> unknown;
    for (const site::Lun& lun : topology.luns) {
        if (lun.replica_on(node) == nullptr) {
            continue;
        }
        mirror::Drbd drbd(lun.name, runner);
        const auto seen = drbd.observe(deadline);
        if (seen && !seen->configured) {
            continue;
        }
        const auto options = seen ? drbd.options(deadline) : fail(seen.error());
        if (options) {
            fencing.emplace(lun.name, options->fencing);
            continue;
        }
        unknown.push_back({"drbd-policy-mismatch", site::Severity::warning,
                           site::mirror_id(lun.name),
                           fmt::format("it is unknown which options DRBD runs {} with: {}",
                                       lun.name, options.error().message),
                           fmt::format("Look at \"drbdsetup show {}\" on this node.", lun.name)});
    }
    auto findings = site::check_mirror_options(topology, fencing);
    findings.insert(findings.end(), unknown.begin(), unknown.end());
    return findings;
}

} // namespace twinsite::cli
