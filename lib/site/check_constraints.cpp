#include "lib/site/check_constraints.hpp"

#include "lib/site/constraint_words.hpp"
#include "lib/site/our_resources.hpp"

#include <twinsite/base/text.hpp>
#include <twinsite/site/names.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string_view>

namespace twinsite::site {

namespace {

/// Some resources of a colocation or an order. A pair of them is bound as strictly as `strict`
/// says, members of different sets as strictly as the constraint.
struct Set {
    std::vector<std::string> members;
    bool in_sequence = true; ///< false: the members are not bound to each other
    bool strict = true;
};

/// Two resources that a constraint binds strictly.
struct Tie {
    std::string earlier;
    std::string later;
};

/// The sets of a constraint, in the order in which it places or starts them; one that names just
/// two resources is one of two small sets. IS_STRICT judges the constraint or one of its sets.
template <typename Strict>
std::vector<Set> sets_of(const Xml& constraint, std::string_view first, std::string_view then,
                         Strict is_strict) {
    if (constraint.has(first)) {
        return {{{std::string(constraint.get(first))}}, {{std::string(constraint.get(then))}}};
    }
    std::vector<Set> sets;
    for (const Xml& set : constraint.children) {
        if (set.name == "resource_set") {
            sets.push_back({members_of(set), set.get("sequential") != "false", is_strict(set)});
        }
    }
    return sets;
}

/// The first pair whose earlier member EARLIER and whose later member LATER accept. STRICT: whether
/// the constraint binds the members of different sets strictly.
template <typename Earlier, typename Later>
std::optional<Tie> find_tie(const std::vector<Set>& sets, bool strict, Earlier earlier,
                            Later later) {
    const std::string* in_former_set = nullptr;
    for (const Set& set : sets) {
        const std::string* in_this_set = nullptr;
        for (const std::string& member : set.members) {
            if (strict && in_former_set != nullptr && later(member)) {
                return Tie{*in_former_set, member};
            }
            if (set.in_sequence && set.strict && in_this_set != nullptr && later(member)) {
                return Tie{*in_this_set, member};
            }
            if (in_this_set == nullptr && earlier(member)) {
                in_this_set = &member;
            }
        }
        in_former_set = in_former_set == nullptr ? in_this_set : in_former_set;
    }
    return std::nullopt;
}

bool is_infinite(std::string_view score) {
    return score_of(score) == infinite_score;
}

/// Pacemaker's own defaults: an order is mandatory and symmetrical unless it says otherwise.
bool restarts(const Xml& order, const Xml& element) {
    const auto say = [&](std::string_view name) {
        return element.has(name) ? element.get(name) : order.get(name);
    };
    const std::string kind = to_lower(say("kind"));
    const bool mandatory = kind.empty() ? score_of(order.get("score")) != 0 : kind == "mandatory";
    return mandatory && parse_boolean(say("symmetrical")).value_or(true);
}

std::string several(const std::vector<std::string>& ids) {
    constexpr std::size_t enough = 3;
    const std::string named = join(std::span(ids).first(std::min(ids.size(), enough)), ", ");
    return ids.size() <= enough ? named : fmt::format("{} and {} more", named, ids.size() - enough);
}

class ConstraintCheck {
public:
    ConstraintCheck(const Topology& topology, std::vector<Finding>& findings)
        : topology_(topology)
        , ours_(topology)
        , findings_(findings) {}

    void look_at(const Xml& constraint) {
        const std::string id(constraint.get("id"));
        if (constraint.name == "rsc_colocation") {
            colocation(constraint, id);
        } else if (constraint.name == "rsc_order") {
            order(constraint, id);
        } else if (constraint.name == "rsc_location") {
            location(constraint, id);
        }
    }

private:
    const Topology& topology_;
    OurResources ours_;
    std::vector<Finding>& findings_;

    void add(std::string_view code, Severity severity, const std::string& id, std::string problem,
             std::string remedy) {
        findings_.push_back(
            {std::string(code), severity, id, std::move(problem), std::move(remedy)});
    }

    [[nodiscard]] bool is_vm(std::string_view id) const {
        const OurResource* found = ours_.find(id);
        return found != nullptr && found->vm != nullptr;
    }
    /// A VM on a converged LUN opens the device of its own host: it has to be where the mirror is
    /// promoted, and to stop before the mirror is demoted.
    [[nodiscard]] bool must_bind(std::string_view id) const {
        const OurResource* found = ours_.find(id);
        return found != nullptr && found->mirror && found->lun->converged();
    }
    [[nodiscard]] bool should_be_free(std::string_view id) const {
        return ours_.find(id) != nullptr && !must_bind(id);
    }

    void colocation(const Xml& constraint, const std::string& id) {
        const std::string_view score = constraint.get("score");
        const auto sets = sets_of(constraint, "with-rsc", "rsc", [&](const Xml& set) {
            return is_infinite(set.has("score") ? set.get("score") : score);
        });
        const auto vm = [this](const std::string& each) { return is_vm(each); };
        const auto any = [this](const std::string& each) { return should_be_free(each); };
        auto tie = find_tie(sets, is_infinite(score), any, vm);
        if (!tie) {
            tie = find_tie(sets, is_infinite(score), vm, any);
        }
        if (!tie) {
            return;
        }
        const OurResource* with = ours_.find(tie->earlier);
        if (constraint.has("node-attribute") && with->mirror) {
            add("constraint-infinity-on-clone", Severity::error, id,
                fmt::format("{} ties {} to the clone {} with INFINITY: that means the same node, "
                            "not the same site, and stops the VM though its site has a free host",
                            id, tie->later, tie->earlier),
                "Use the LUN's group and a finite score; \"twinsite apply\" writes such a one.");
        } else if (!is_rendered_constraint(id)) {
            add("constraint-not-soft", Severity::warning, id,
                fmt::format("{} ties {} to {} with INFINITY: where they cannot be together {} "
                            "stays down",
                            id, tie->later, tie->earlier, tie->later),
                fmt::format("Remove it with \"pcs constraint delete {}\"; twinsite's own "
                            "constraint is soft.",
                            id));
        }
    }

    void order(const Xml& constraint, const std::string& id) {
        const auto sets = sets_of(constraint, "first", "then",
                                  [&](const Xml& set) { return restarts(constraint, set); });
        const auto tie = find_tie(
            sets, restarts(constraint, constraint),
            [this](const std::string& each) { return should_be_free(each) && !is_vm(each); },
            [this](const std::string& each) { return is_vm(each); });
        if (tie) {
            add("order-restarts-vm", Severity::error, id,
                fmt::format("{} makes {} restart whenever {} moves or restarts", id, tie->later,
                            tie->earlier),
                fmt::format("Remove it with \"pcs constraint delete {}\"; twinsite's own orders "
                            "leave a running VM alone.",
                            id));
        }
    }

    void location(const Xml& constraint, const std::string& id) {
        if (is_mirror_ban(id)) {
            return; // whether it is a leftover only the mirror's state tells: check_bans()
        }
        if (constraint.has("rsc-pattern")) {
            bool understood = true;
            const std::string_view pattern = constraint.get("rsc-pattern");
            const auto subjects = ours_.matching(pattern, understood);
            if (understood) {
                place(constraint, id, subjects, constraint.get("role"));
            } else if (!subjects.empty() && nails(constraint)) {
                unreadable(id, pattern);
            }
            return;
        }
        if (constraint.has("rsc")) {
            place(constraint, id, {std::string(constraint.get("rsc"))}, constraint.get("role"));
            return;
        }
        for (const Xml& set : constraint.children) {
            if (set.name == "resource_set") {
                place(constraint, id, members_of(set),
                      set.has("role") ? set.get("role") : constraint.get("role"));
            }
        }
    }

    /// What one location says of SUBJECTS, when they have ROLE ("" for any).
    void place(const Xml& constraint, const std::string& id, std::vector<std::string> subjects,
               std::string_view role) {
        std::erase_if(subjects, [this](const std::string& each) { return !ours_.find(each); });
        if (subjects.empty()) {
            return;
        }
        if (is_leftover_move(id)) {
            add("leftover-move-constraint", Severity::warning, id,
                fmt::format("{} is what \"resource move\" or \"ban\" left behind; it defeats home "
                            "and failover",
                            id),
                fmt::format("Run \"crm_resource --clear -r {}\".", subjects.front()));
            return;
        }
        if (!is_rendered_constraint(id)) {
            if (nails(constraint)) {
                not_soft(id, fmt::format("{} nails {} to one place with INFINITY: twinsite's soft "
                                         "rules cannot move it",
                                         id, several(subjects)));
            }
            ban_from_home(constraint, id, subjects);
        }
        promoted_preference(constraint, id, std::move(subjects), role);
    }

    void not_soft(const std::string& id, std::string problem) {
        add("constraint-not-soft", Severity::warning, id, std::move(problem),
            fmt::format("Remove it: \"pcs constraint delete {}\".", id));
    }

    void unreadable(const std::string& id, std::string_view pattern) {
        add("constraint-not-soft", Severity::warning, id,
            fmt::format("{} nails whatever matches \"{}\" to one place with INFINITY, perhaps VMs "
                        "or LUNs too: twinsite reads patterns of the form ^beginning only",
                        id, printable(pattern)),
            "Name the resources one by one, or see that it means none of twinsite's.");
    }

    static bool nails(const Xml& constraint) {
        return is_infinite(constraint.get("score")) ||
               std::any_of(constraint.children.begin(), constraint.children.end(),
                           [](const Xml& rule) {
                               return rule.name == "rule" && is_infinite(rule.get("score"));
                           });
    }

    void ban_from_home(const Xml& constraint, const std::string& id,
                       std::vector<std::string> subjects) {
        const Node* node = topology_.node(constraint.get("node"));
        if (node == nullptr || score_of(constraint.get("score")) != -infinite_score) {
            return;
        }
        // Where a VM or a LUN could not be anyway, nothing is taken from it.
        std::erase_if(subjects, [&](const std::string& each) {
            const OurResource& found = *ours_.find(each);
            const bool possible =
                found.vm != nullptr ? node->compute : found.lun->replica_on(node->name) != nullptr;
            return !possible || found.home() != node->site;
        });
        if (!subjects.empty()) {
            not_soft(id, fmt::format("{} bans {} from {}, which is in its home {}: it cannot "
                                     "return there, nor be taken over there",
                                     id, several(subjects), node->name, node->site));
        }
    }

    /// A preference for a promoted copy must stay below the gap between a good copy and a worse
    /// one (10000 against 1000).
    void promoted_preference(const Xml& constraint, const std::string& id,
                             std::vector<std::string> subjects, std::string_view role) {
        constexpr std::int64_t gap = 9000;
        std::erase_if(subjects,
                      [this](const std::string& each) { return !ours_.find(each)->mirror; });
        if (subjects.empty()) {
            return;
        }
        const auto judge = [&](std::string_view asked, std::string_view score) {
            if (is_promoted_role(asked) && score_of(score).value_or(0) >= gap) {
                add("home-beats-replica-quality", Severity::error, id,
                    fmt::format("{} prefers a place for {} with {}, more than a good copy is worth "
                                "against a stale one: stale data may be promoted",
                                id, several(subjects), score),
                    "Use a score well below 9000; \"twinsite apply\" uses 200.");
            }
        };
        if (constraint.has("node")) {
            judge(role, constraint.get("score"));
        }
        for (const Xml& rule : constraint.children) {
            if (rule.name == "rule") {
                judge(rule.has("role") ? rule.get("role") : role, rule.get("score"));
            }
        }
    }
};

} // namespace

void check_constraints(const Topology& topology, const Xml& constraints,
                       std::vector<Finding>& findings) {
    ConstraintCheck check(topology, findings);
    for (const Xml& constraint : constraints.children) {
        check.look_at(constraint);
    }
}

} // namespace twinsite::site
