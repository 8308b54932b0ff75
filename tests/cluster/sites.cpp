#include "tests/cluster/sites.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace twinsite::lab {

using std::chrono::seconds;

std::string winning_site(const SitePlan& plan) {
    return plan.site_of(plan.node_names.front());
}

std::vector<std::string> nodes_of(const SitePlan& plan, const std::string& site) {
    std::vector<std::string> names;
    for (const std::string& node : plan.node_names) {
        if (plan.site_of(node) == site) {
            names.push_back(node);
        }
    }
    return names;
}

std::string other_site(const SitePlan& plan, const std::string& site) {
    for (const std::string& node : plan.node_names) {
        if (plan.site_of(node) != site) {
            return plan.site_of(node);
        }
    }
    return {};
}

std::vector<std::string> guests_of(const SitePlan& plan, const std::string& site) {
    std::vector<std::string> names;
    for (const auto& [name, guest] : plan.guests) {
        if (guest.home == site) {
            names.push_back(name);
        }
    }
    return names;
}

std::vector<std::string> guests_on_lun(const SitePlan& plan, const std::string& lun) {
    std::vector<std::string> names;
    for (const auto& [name, guest] : plan.guests) {
        if (guest.lun == lun) {
            names.push_back(name);
        }
    }
    return names;
}

std::vector<std::string> guests_besides(const SitePlan& plan,
                                        const std::vector<std::string>& guests) {
    std::vector<std::string> others = plan.guest_names();
    std::erase_if(others, [&](const std::string& guest) {
        return std::find(guests.begin(), guests.end(), guest) != guests.end();
    });
    return others;
}

std::string missing_in(Stage& stage, const std::string& site,
                       const std::vector<std::string>& guests) {
    for (const std::string& guest : guests) {
        if (stage.plan().site_of(stage.heard_on(guest)) != site) {
            return fmt::format("{} was last heard on {}", guest, stage.heard_on(guest));
        }
    }
    return stage.missing_counts(guests);
}

std::string missing_in(Stage& stage, const std::string& site) {
    return missing_in(stage, site, stage.plan().guest_names());
}

std::string still_heard(Stage& stage, const std::vector<std::string>& guests) {
    for (const std::string& guest : guests) {
        if (stage.missing_counts({guest}, seconds(5)).empty()) {
            return guest + " still counts";
        }
    }
    return {};
}

void power_all(Script& script, const std::vector<std::string>& nodes, const std::string& action) {
    for (const std::string& node : nodes) {
        script.must(script.lab().power(node, action), "power " + action);
    }
}

void await_takeover(Script& script, const std::string& winner) {
    Stage& stage = script.stage();
    const std::string loser = other_site(stage.plan(), winner);
    script.await(seconds(60), fmt::format("the guests of {} are silent", loser),
                 [&] { return still_heard(stage, guests_of(stage.plan(), loser)); });
    script.await(seconds(300), fmt::format("all guests count in {}", winner),
                 [&] { return missing_in(stage, winner); });
}

} // namespace twinsite::lab
