#include "cli/commands.hpp"
#include "cli/json.hpp"
#include "cli/live.hpp"

#include <twinsite/base/deadline.hpp>
#include <twinsite/base/text.hpp>
#include <twinsite/cluster/quorum.hpp>
#include <twinsite/mirror/accepted_loss.hpp>
#include <twinsite/process/command.hpp>
#include <twinsite/site/go_live.hpp>

#include <fmt/format.h>

#include <ctime>

namespace twinsite::cli {

namespace {

Json plan_json(const site::GoLive& plan, const std::string& site) {
    return {{"site", site},
            {"confirmed_dead", plan.dead},
            {"expected_votes", plan.votes},
            {"takes_over", plan.takes_over},
            {"applied", false}};
}

void print(const site::GoLive& plan, const std::string& site) {
    fmt::print("You confirm that these nodes are DEAD (no power): {}\n", join(plan.dead, ", "));
    fmt::print("If one of them lives, its LUNs will be written on both sides and data WILL be "
               "lost.\n");
    fmt::print("{} then goes on with {} vote(s) and takes over:\n", site, plan.votes);
    for (const std::string& lun : plan.takes_over) {
        fmt::print("  {}\n", lun);
    }
}

/// DRBD's handler otherwise refuses a copy whose dead peer may have written alone for long.
Status accept_loss(const site::Topology& topology, const std::string& living,
                   mirror::AcceptedLosses& losses, const Deadline& deadline) {
    for (const site::Lun& lun : topology.luns) {
        for (const site::Replica& replica : lun.mirror.replicas) {
            const site::Node* node = topology.node(replica.node);
            if (lun.home == living || node == nullptr || node->site != living) {
                continue;
            }
            const auto told = losses.accept(lun.name, replica.node, std::time(nullptr), deadline);
            if (!told) {
                return fail(told.error().in(lun.name));
            }
        }
    }
    return {};
}

/// Corosync is told, and asked until it has kept the quorum for two seconds.
Status take_quorum(unsigned votes) {
    constexpr int steady = 4;
    if (auto told = cluster::expect_votes(votes); !told) {
        return told;
    }
    SystemClock clock;
    int quorate = 0;
    const bool kept =
        poll_until(clock, Deadline::after(clock, std::chrono::seconds(20)), Milliseconds(500), [&] {
            const auto quorum = cluster::read_quorum();
            quorate = quorum && quorum->quorate ? quorate + 1 : 0;
            return quorate >= steady;
        });
    if (!kept) {
        return fail(ErrorKind::timeout,
                    fmt::format("{} votes are expected now, and Corosync still has no quorum: see "
                                "corosync-quorumtool -s",
                                votes));
    }
    return {};
}

} // namespace

Exit run_go_live(const Options& options, const GoLiveOptions& go_live) {
    const auto loaded = load(options);
    if (!loaded.topology) {
        return loaded.exit;
    }
    const auto live = look_at_cluster();
    if (!live) {
        return report(options, live.error(), Exit::cluster);
    }
    const auto plan = site::plan_go_live(*loaded.topology, live->state, go_live.site);
    if (!plan) {
        return report(options, plan.error(),
                      plan.error().kind == ErrorKind::conflict ? Exit::findings : Exit::usage);
    }
    Json document = plan_json(*plan, go_live.site);
    if (!options.json) {
        print(*plan, go_live.site);
    }
    if (!go_live.yes) {
        return report(options,
                      {ErrorKind::conflict,
                       "nothing was done; look at the other site's power, then add --yes"},
                      Exit::findings, std::move(document));
    }
    document["applied"] = nullptr; // neither true nor false until its end
    process::SystemCommandRunner runner;
    const SystemClock clock;
    const auto deadline = Deadline::after(clock, std::chrono::seconds(120));
    for (const std::string& node : plan->dead) {
        const auto told = runner.run_ok({{"stonith_admin", "--confirm", node}, {}, {}}, deadline);
        if (!told) {
            return report(options, told.error().in("the fencer was not told"), Exit::cluster,
                          std::move(document));
        }
    }
    mirror::AcceptedLosses losses(runner);
    if (const auto told = accept_loss(*loaded.topology, go_live.site, losses, deadline); !told) {
        return report(options, told.error(), Exit::cluster, std::move(document));
    }
    if (const auto votes = take_quorum(plan->votes); !votes) {
        return report(options, votes.error(), Exit::cluster, std::move(document));
    }
    losses.keep();
    document["applied"] = true;
    if (options.json) {
        print_json(document);
    } else {
        fmt::print("{} is live. When the other site returns, start its nodes one after the other "
                   "and look at \"twinsite status\".\n",
                   go_live.site);
    }
    return Exit::fine;
}

} // namespace twinsite::cli
