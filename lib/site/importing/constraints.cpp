// Constraints in the forms that admins and tools write, flattened to preferences and bonds.
#include "lib/site/importing/working.hpp"

#include <twinsite/base/text.hpp>
#include <twinsite/site/names.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace twinsite::site::importing {

namespace {

constexpr std::string_view cannot_say = "Put it into words of the topology (docs/topology.md), or "
                                        "keep it: apply leaves other people's constraints alone, "
                                        "and check --live says whether it defeats affinity.";

class Reader {
public:
    explicit Reader(Working& work)
        : work_(work) {}

    void read(const Xml& constraint) {
        const std::string id(constraint.get("id"));
        if (is_mirror_ban(id)) {
            work_.not_placed(id, "it keeps a copy that is not up to date from being promoted",
                             "Leave it: DRBD's handler lifts it after the resync.");
        } else if (is_leftover_move(id)) {
            work_.not_placed(id, "it was left behind by a move or ban command",
                             "Remove it with \"pcs resource clear\" once nothing needs it.");
        } else if (constraint.name == "rsc_location") {
            location(constraint, id);
        } else if (constraint.name == "rsc_colocation" || constraint.name == "rsc_order") {
            bond(constraint, id);
        } else {
            work_.not_placed(id, fmt::format("a topology has no {}", constraint.name),
                             std::string(cannot_say));
        }
    }

private:
    Working& work_;

    bool dangling(const std::string& id, std::string_view resource) {
        if (work_.inventory.knows(resource)) {
            return false;
        }
        work_.not_placed(
            id,
            fmt::format("it refers to \"{}\", which the CIB does not have", printable(resource)),
            "Remove the constraint, it has no effect.");
        return true;
    }

    /// The resources a location constraint is about.
    std::vector<std::string> subjects(const Xml& constraint, const std::string& id) {
        std::vector<std::string> subjects;
        if (constraint.has("rsc")) {
            subjects.emplace_back(constraint.get("rsc"));
        } else if (constraint.has("rsc-pattern")) {
            const std::string_view pattern = constraint.get("rsc-pattern");
            const auto beginning = beginning_of_pattern(pattern);
            if (!beginning) {
                work_.not_placed(id,
                                 fmt::format("its pattern \"{}\" is not of the form ^beginning",
                                             printable(pattern)),
                                 "Name the resources one by one and import again.");
                return subjects;
            }
            for (const Item& item : work_.inventory.items()) {
                if (item.id.starts_with(*beginning)) {
                    subjects.push_back(item.id);
                }
            }
        }
        for (const Xml& set : constraint.children) {
            if (set.name == "resource_set") {
                const auto members = members_of(set);
                subjects.insert(subjects.end(), members.begin(), members.end());
            }
        }
        std::erase_if(subjects, [&](const std::string& each) { return dangling(id, each); });
        return subjects;
    }

    void location(const Xml& constraint, const std::string& id) {
        for (const std::string& resource : subjects(constraint, id)) {
            Preference base;
            base.constraint = id;
            base.resource = resource;
            base.promoted = is_promoted_role(constraint.get("role"));
            if (constraint.has("node")) {
                base.node = constraint.get("node");
                add(base, constraint.get("score"));
                continue;
            }
            for (const Xml& rule : constraint.children) {
                if (rule.name == "rule") {
                    Preference mine = base;
                    mine.promoted = mine.promoted || is_promoted_role(rule.get("role"));
                    read_rule(rule, mine);
                }
            }
        }
    }

    void add(Preference preference, std::string_view score) {
        const auto number = score_of(score);
        if (!number) {
            return odd(preference, fmt::format("its score \"{}\" is no number", printable(score)));
        }
        if (preference.site.empty() && work_.topology.node(preference.node) == nullptr) {
            return odd(preference, fmt::format("it names the node \"{}\", which the CIB does not "
                                               "have",
                                               printable(preference.node)));
        }
        if (preference.node.empty() &&
            std::find(work_.topology.sites.begin(), work_.topology.sites.end(), preference.site) ==
                work_.topology.sites.end()) {
            return odd(preference, fmt::format("it names the site \"{}\", which no node stands in",
                                               printable(preference.site)));
        }
        preference.score = *number;
        work_.preferences_of[preference.resource].push_back(work_.preferences.size());
        work_.preferences.push_back(std::move(preference));
    }

    void odd(const Preference& preference, std::string why) {
        work_.not_placed(preference.constraint, std::move(why), std::string(cannot_say));
    }

    void read_rule(const Xml& rule, Preference preference) {
        std::vector<const Xml*> expressions;
        std::vector<DateSpec> times;
        bool understood = !rule.has("score-attribute");
        for (const Xml& child : rule.children) {
            if (child.name == "expression") {
                expressions.push_back(&child);
            } else if (child.name == "rule" || child.name == "date_expression") {
                understood = read_times(child, times) && understood;
            }
        }
        const bool any = rule.get("boolean-op") == "or";
        if (!understood || expressions.empty() || (any && rule.children.size() > 1)) {
            return odd(preference, "its rule is of a form that a topology cannot say");
        }
        preference.times = times;
        if (expressions.size() == 1) {
            return read_expression(*expressions.front(), rule, preference);
        }
        only_these(expressions, rule, preference);
    }

    /// One DateSpec for each date_spec; false for times that are no daily window.
    static bool read_times(const Xml& element, std::vector<DateSpec>& times) {
        if (element.name == "rule") {
            return (element.get("boolean-op") == "or" || element.children.size() == 1) &&
                   std::all_of(element.children.begin(), element.children.end(),
                               [&](const Xml& child) { return read_times(child, times); });
        }
        const Xml* spec = element.child("date_spec");
        if (element.name != "date_expression" || element.get("operation") != "date_spec" ||
            spec == nullptr) {
            return false;
        }
        for (const auto& [key, value] : spec->attributes) {
            if (key != "id" && key != "hours" && key != "minutes") {
                return false;
            }
        }
        times.push_back({std::string(spec->get("hours")), std::string(spec->get("minutes"))});
        return true;
    }

    void read_expression(const Xml& expression, const Xml& rule, Preference preference) {
        const std::string_view attribute = expression.get("attribute");
        const std::string_view operation = expression.get("operation");
        std::string value(expression.get("value"));
        if (expression.get("value-source") == "meta") {
            const auto& members = work_.inventory.members(preference.resource);
            if (!members.empty()) {
                const Values& meta = work_.inventory.items()[members.front()].meta;
                const auto found = meta.find(value);
                value = found == meta.end() ? "" : found->second;
            }
        }
        const bool by_site = attribute == work_.sources.site_attribute;
        if (!by_site && attribute != "#uname") {
            return odd(preference, fmt::format("its rule asks for the node attribute \"{}\"",
                                               printable(attribute)));
        }
        if (operation == "eq") {
            (by_site ? preference.site : preference.node) = value;
            return add(preference, rule.get("score"));
        }
        if (operation != "ne") {
            return odd(preference, fmt::format("its rule asks \"{}\"", printable(operation)));
        }
        for (const Node& node : work_.topology.nodes) {
            if ((by_site ? node.site : node.name) != value) {
                preference.node = node.name;
                add(preference, rule.get("score"));
            }
        }
    }

    /// "#uname ne A and #uname ne B": every other node.
    void only_these(const std::vector<const Xml*>& expressions, const Xml& rule,
                    Preference preference) {
        const auto named = [&](std::string_view node) {
            return std::any_of(expressions.begin(), expressions.end(),
                               [node](const Xml* each) { return each->get("value") == node; });
        };
        for (const Xml* each : expressions) {
            if (each->get("attribute") != "#uname" || each->get("operation") != "ne") {
                return odd(preference, "its rule is of a form that a topology cannot say");
            }
        }
        for (const Node& node : work_.topology.nodes) {
            if (!named(node.name)) {
                preference.node = node.name;
                add(preference, rule.get("score"));
            }
        }
        // In a cluster of these nodes only, nothing is left to be kept away.
    }

    void bond(const Xml& constraint, const std::string& id) {
        const bool order = constraint.name == "rsc_order";
        const auto score = order ? std::optional<std::int64_t>(infinity)
                                 : score_of(constraint.has("score") ? constraint.get("score")
                                                                    : std::string_view("INFINITY"));
        if (!score) {
            return work_.not_placed(id, "its score is no number", std::string(cannot_say));
        }
        const auto pair = [&](std::string_view resource, std::string_view with) {
            if (!dangling(id, resource) && !dangling(id, with)) {
                work_.bonds.push_back(
                    {id, std::string(resource), std::string(with), *score, order,
                     constraint.get("node-attribute") == work_.sources.site_attribute,
                     constraint.get("first-action") == "stop"});
            }
        };
        if (constraint.has(order ? "then" : "rsc")) {
            return pair(constraint.get(order ? "then" : "rsc"),
                        constraint.get(order ? "first" : "with-rsc"));
        }
        std::vector<std::string> chain;
        for (const Xml& set : constraint.children) {
            for (const Xml& reference : set.children) {
                chain.emplace_back(reference.get("id"));
            }
        }
        if (chain.size() < 2) {
            work_.not_placed(id, "it binds nothing", "Remove it.");
        }
        for (std::size_t i = 1; i < chain.size(); ++i) {
            pair(chain[i], chain[i - 1]);
        }
    }
};

} // namespace

void read_constraints(Working& work) {
    Reader reader(work);
    for (const Xml& constraint : work.section("constraints").children) {
        reader.read(constraint);
    }
}

} // namespace twinsite::site::importing
