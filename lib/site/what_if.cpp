#include "lib/site/parts.hpp"
#include "lib/site/reach.hpp"
#include "lib/site/vm_placement.hpp"

#include <twinsite/base/text.hpp>
#include <twinsite/site/what_if.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>

namespace twinsite::site {

namespace {

class Model {
public:
    Model(const Topology& topology, const Failure& failure)
        : topology_(topology)
        , failure_(failure)
        , parts_(topology, failure) {
        for (const Node& node : topology.nodes) {
            site_of_.emplace(node.name, node.site);
        }
    }

    Outcome run() {
        for (const Lun& lun : topology_.luns) {
            outcome_.luns.push_back(lun.converged() ? place_converged(lun) : place_lun(lun));
        }
        VmPlacement(topology_, parts_, outcome_).run();
        return std::move(outcome_);
    }

private:
    const Topology& topology_;
    const Failure& failure_;
    Parts parts_;
    std::unordered_map<std::string_view, std::string> site_of_;
    Outcome outcome_;

    [[nodiscard]] bool copy_works(const Replica& replica) const {
        return parts_.alive(replica.node) && !failure_.storage.contains(replica.node);
    }

    /// "rz1 -> rz2" for a copy at FROM that the other cannot follow.
    std::string direction(const Lun& lun, std::string_view from) const {
        for (const Replica& replica : lun.mirror.replicas) {
            if (replica.node != from &&
                (!copy_works(replica) || !parts_.together(from, replica.node))) {
                return fmt::format("{} -> {}", site_of_.at(from), site_of_.at(replica.node));
            }
        }
        return "in sync";
    }

    LunOutcome place_lun(const Lun& lun) {
        LunOutcome out;
        out.lun = lun.name;
        const Replica* home = nullptr;
        const Replica* away = nullptr;
        for (const Replica& replica : lun.mirror.replicas) {
            (site_of_.at(replica.node) == lun.home && home == nullptr ? home : away) = &replica;
        }
        if (home == nullptr) { // no copy at home: check says so
            home = away;
        }
        if (home != nullptr && copy_works(*home)) {
            out.promoted_on = {home->node};
            out.divergence = direction(lun, home->node);
            if (away != nullptr && away != home && copy_works(*away) &&
                parts_.quorate(away->node) &&
                parts_.standing(away->node, home->node) == Standing::proven_dead) {
                out.promoted_on.push_back(away->node);
                out.divergence = "conflict";
                out.reason = fmt::format("{} was declared dead, but lives", home->node);
            }
            return out;
        }
        out.fate = LunFate::down;
        out.divergence = "in sync";
        if (away == nullptr || away == home || !copy_works(*away)) {
            out.reason = "no copy is left";
            return out;
        }
        if (!parts_.quorate(away->node)) {
            out.reason = "the side with the other copy has no quorum";
            outcome_.needs_go_live = true;
            return out;
        }
        if (parts_.standing(away->node, home->node) == Standing::unproven) {
            out.reason = fmt::format("{} is not proven dead", home->node);
            outcome_.needs_go_live = true;
            return out;
        }
        out.fate = LunFate::moves;
        out.promoted_on = {away->node};
        out.divergence = direction(lun, away->node);
        out.reason = parts_.alive(home->node) ? fmt::format("the storage of {} failed", home->node)
                                              : fmt::format("{} is dead", home->node);
        return out;
    }

    /// Both copies are promoted. A side that has lost the other writes on only when it keeps the
    /// quorum (drbd-handler, whatever the isolation policy).
    [[nodiscard]] bool writes(const Replica& mine, const Replica& peer) const {
        if (!copy_works(mine)) {
            return false;
        }
        if (copy_works(peer) && parts_.together(mine.node, peer.node)) {
            return true;
        }
        // Only those who confirm a site's death count without it.
        return failure_.confirmed_dead.contains(site_of_.at(mine.node))
                   ? has_quorum(topology_, unconfirmed(), mine.node)
                   : parts_.quorate(mine.node);
    }

    [[nodiscard]] Failure unconfirmed() const {
        Failure failure = failure_;
        failure.confirmed_dead.clear();
        return failure;
    }

    LunOutcome place_converged(const Lun& lun) {
        LunOutcome out;
        out.lun = lun.name;
        out.divergence = "in sync";
        out.fate = LunFate::down;
        out.reason = "no copy is left";
        for (const Replica& mine : lun.mirror.replicas) {
            const Replica& peer = &mine == &lun.mirror.replicas.front()
                                      ? lun.mirror.replicas.back()
                                      : lun.mirror.replicas.front();
            if (writes(mine, peer)) {
                out.promoted_on.push_back(mine.node);
            } else if (copy_works(mine)) {
                out.stands_on.push_back(mine.node);
            }
        }
        if (out.promoted_on.empty()) {
            if (!out.stands_on.empty()) {
                out.fate = LunFate::stands;
                out.reason = "I/O stands until the other side is fenced";
                outcome_.needs_go_live = true;
            }
            return out;
        }
        const bool at_home =
            std::any_of(out.promoted_on.begin(), out.promoted_on.end(),
                        [&](const std::string& node) { return site_of_.at(node) == lun.home; });
        out.fate = at_home ? LunFate::stays : LunFate::moves;
        out.divergence = direction(lun, out.promoted_on.front());
        out.reason = out.stands_on.empty() ? std::string{}
                                           : fmt::format("I/O stands on {}, whose side has no "
                                                         "quorum, until it is fenced",
                                                         join(out.stands_on, " and "));
        if (out.promoted_on.size() > 1 && out.divergence != "in sync") {
            out.divergence = "conflict";
            out.reason = "one side was declared dead, but lives";
        }
        return out;
    }
};

} // namespace

Outcome what_if(const Topology& topology, const Failure& failure) {
    return Model(topology, failure).run();
}

bool has_quorum(const Topology& topology, const Failure& failure, std::string_view node) {
    return Parts(topology, failure).quorate(node);
}

std::vector<std::string> written_on_both_sides(const Topology& topology, const Outcome& outcome) {
    std::unordered_map<std::string_view, std::string_view> site_of;
    for (const Node& node : topology.nodes) {
        site_of.emplace(node.name, node.site);
    }
    std::vector<std::string> found;
    const Reach reach(topology);
    for (const LunOutcome& lun : outcome.luns) {
        if (reach.is_converged(lun.lun) && lun.divergence == "in sync") {
            continue; // one mirror, whose copies see each other
        }
        std::set<std::string_view> sites;
        for (const std::string& node : lun.promoted_on) {
            sites.insert(site_of[node]);
        }
        if (sites.size() > 1) {
            found.push_back(lun.lun);
        }
    }
    return found;
}

} // namespace twinsite::site
