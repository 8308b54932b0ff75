#include "cli/commands.hpp"
#include "cli/here.hpp"
#include "cli/json.hpp"
#include "cli/live.hpp"

#include <twinsite/base/deadline.hpp>
#include <twinsite/base/text.hpp>
#include <twinsite/cluster/quorum.hpp>
#include <twinsite/mirror/accepted_loss.hpp>
#include <twinsite/mirror/contact.hpp>
#include <twinsite/process/command.hpp>
#include <twinsite/site/go_live.hpp>

#include <fmt/format.h>

#include <ctime>

namespace twinsite::cli {

namespace {

/// "; last contact with the promoted copy at TIME": known only where the copy is.
std::string since(const site::Takeover& takeover) {
    if (takeover.node != own_name()) {
        return fmt::format("; since when says this command on {}", takeover.node);
    }
    const auto contact = mirror::read_contact(mirror::run_folder, takeover.lun);
    if (!contact) {
        return "; since when is not known here";
    }
    return fmt::format("; its last contact with the other copy, then {}, was at {}",
                       mirror::to_string(contact->peer), local_time(contact->at));
}

std::vector<std::string> sentences(const site::GoLive& plan) {
    std::vector<std::string> all;
    all.reserve(plan.takes_over.size());
    for (const site::Takeover& takeover : plan.takes_over) {
        all.push_back(takeover.text + since(takeover));
    }
    return all;
}

Json plan_json(const site::GoLive& plan, const std::string& site) {
    return {{"site", site},
            {"confirmed_dead", plan.dead},
            {"expected_votes", plan.votes},
            {"takes_over", sentences(plan)},
            {"stays_down", plan.stays_down},
            {"applied", false}};
}

void print(const site::GoLive& plan, const std::string& site) {
    const std::vector<std::string> takes_over = sentences(plan);
    fmt::print("You confirm that these nodes are DEAD (no power): {}\n", join(plan.dead, ", "));
    fmt::print("If one of them lives, its LUNs will be written on both sides and data WILL be "
               "lost.\n");
    fmt::print("{} then goes on with {} vote(s) and takes over{}\n", site, plan.votes,
               takes_over.empty() ? " no LUN" : ":");
    for (const std::string& lun : takes_over) {
        fmt::print("  {}\n", lun);
    }
    if (!plan.stays_down.empty()) {
        fmt::print("No living node of {} has a copy of, so these stay down: {}\n", site,
                   join(plan.stays_down, ", "));
    }
}

/// What was done so far; each step can be repeated without harm.
class Steps {
public:
    explicit Steps(const Options& options)
        : options_(options) {}

    void add(std::string step) {
        if (!options_.json) {
            fmt::print("done: {}\n", step);
        }
        done_.push_back(std::move(step));
    }
    [[nodiscard]] Exit stop(const Error& why, Json document) const {
        return report(
            options_,
            {why.kind, fmt::format("{}. Done before that: {}. Run the same command again when the "
                                   "cause is gone: it repeats what was done without harm",
                                   why.message, done_.empty() ? "nothing" : join(done_, "; "))},
            Exit::cluster, std::move(document));
    }

private:
    const Options& options_;
    std::vector<std::string> done_;
};

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
    const auto plan =
        site::plan_go_live(*loaded.topology, live->state, go_live.site, go_live.force);
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
    Steps steps(options);
    for (const std::string& node : plan->dead) {
        const auto told = runner.run_ok({{"stonith_admin", "--confirm", node}, {}, {}}, deadline);
        if (!told) {
            return steps.stop(told.error().in("the fencer was not told of " + node),
                              std::move(document));
        }
        steps.add(fmt::format("{} is confirmed as dead", node));
    }
    mirror::AcceptedLosses losses(runner);
    for (const site::Takeover& takeover : plan->takes_over) {
        const auto told = losses.accept(takeover.lun, takeover.node, std::time(nullptr), deadline);
        if (!told) {
            return steps.stop(told.error().in(takeover.lun), std::move(document));
        }
    }
    if (const auto votes = take_quorum(plan->votes); !votes) {
        return steps.stop(votes.error(), std::move(document));
    }
    losses.keep();
    steps.add(fmt::format("{} vote(s) are enough for the quorum", plan->votes));
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
