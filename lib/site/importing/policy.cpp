// The policy behind properties, scores and windows.
#include "lib/site/importing/working.hpp"

#include <twinsite/base/text.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <bitset>

namespace twinsite::site::importing {

namespace {

constexpr std::size_t minutes_of_a_day = 24UL * 60;
using Minutes = std::bitset<minutes_of_a_day>;

/// "22-23" or "7" as FIRST..LAST within 0..HIGHEST; "" is all of it.
bool range_of(std::string_view text, std::int64_t highest, std::size_t& first, std::size_t& last) {
    const auto dash = text.find('-');
    const auto low =
        text.empty() ? 0 : parse_integer(text.substr(0, dash), 0, highest).value_or(-1);
    const auto high = text.empty() ? highest
                      : dash == std::string_view::npos
                          ? low
                          : parse_integer(text.substr(dash + 1), 0, highest).value_or(-1);
    first = static_cast<std::size_t>(std::max<std::int64_t>(low, 0));
    last = static_cast<std::size_t>(std::max<std::int64_t>(high, 0));
    return low >= 0 && high >= low;
}

std::string clock(std::size_t minute) {
    return fmt::format("{:02}:{:02}", minute / 60 % 24, minute % 60);
}

/// The one window that SPECS cover; "" when it is none, or the whole day.
std::string window_of(const std::vector<DateSpec>& specs) {
    Minutes open;
    for (const DateSpec& spec : specs) {
        std::size_t hour = 0;
        std::size_t last_hour = 0;
        std::size_t minute = 0;
        std::size_t last_minute = 0;
        if (!range_of(spec.hours, 23, hour, last_hour) ||
            !range_of(spec.minutes, 59, minute, last_minute)) {
            return {};
        }
        for (std::size_t h = hour; h <= last_hour; ++h) {
            for (std::size_t m = minute; m <= last_minute; ++m) {
                open.set(h * 60 + m);
            }
        }
    }
    std::string window;
    std::size_t edges = 0;
    std::size_t start = 0;
    for (std::size_t m = 0; m < minutes_of_a_day; ++m) {
        if (open[m] && !open[(m + minutes_of_a_day - 1) % minutes_of_a_day]) {
            ++edges;
            start = m;
        }
    }
    if (edges != 1) {
        return {};
    }
    return fmt::format("{}-{}", clock(start), clock(start + open.count()));
}

class PolicyImport {
public:
    explicit PolicyImport(Working& work)
        : work_(work)
        , policy_(work.topology.policy) {}

    void run() {
        isolation();
        bonds();
        if (!window()) {
            failback();
        }
    }

private:
    Working& work_;
    Policy& policy_;

    void isolation() {
        const Values properties = work_.properties();
        const auto value = [&](std::string_view name) {
            const auto found = properties.find(name);
            return found == properties.end() ? std::string{} : found->second;
        };
        const std::string quorum = value("no-quorum-policy");
        policy_.isolation = quorum == "suicide" ? Isolation::majority : Isolation::keep_home;
        if (quorum != "suicide" && quorum != "freeze") {
            work_.means_less("no-quorum-policy",
                             fmt::format("it is {}, which is neither isolation policy; keep-home "
                                         "was written",
                                         quorum.empty() ? "not set (stop)" : printable(quorum)),
                             "Choose \"isolation\" (docs/site-affinity.md); apply then sets it.");
        }
        if (parse_boolean(value("stonith-enabled")).value_or(true) == false) {
            work_.means_less("stonith-enabled", "fencing is switched off; apply switches it on",
                             "Name every node's outlets in \"power\" before you apply.");
        }
    }

    bool window() {
        std::string window;
        for (Preference& each : work_.preferences) {
            if (each.times.empty() || each.score <= 0 ||
                (!work_.lun_behind(each.resource) && !work_.vm_behind(each.resource))) {
                continue;
            }
            const std::string mine = window_of(each.times);
            if (mine.empty() || (!window.empty() && mine != window)) {
                continue; // stays unplaced, and is said so
            }
            window = mine;
            each.placed = true;
        }
        if (window.empty()) {
            return false;
        }
        policy_.failback = Failback::window;
        policy_.window = window;
        return true;
    }

    [[nodiscard]] std::int64_t stickiness(const Item& item) const {
        const Values defaults = values_of(work_.section("rsc_defaults"), "meta_attributes");
        for (const Values* values : {&item.meta, &defaults}) {
            if (const auto found = values->find("resource-stickiness"); found != values->end()) {
                return score_of(found->second).value_or(0);
            }
        }
        return item.clone.empty() ? 0 : 1; // Pacemaker's default for clones
    }

    /// What draws home; 0 when nothing does.
    [[nodiscard]] std::int64_t drawn_home(const std::string& home,
                                          const std::vector<std::size_t>& mine) const {
        std::int64_t sum = 0;
        for (const std::size_t index : mine) {
            const Preference& each = work_.preferences[index];
            const std::string site = each.site.empty() ? work_.site_of(each.node) : each.site;
            sum += each.score > 0 && each.times.empty() && site == home ? each.score : 0;
        }
        return sum;
    }

    /// Manual where what is away stays there: stickiness outweighs home. A group's sums up.
    void failback() {
        std::size_t returns = 0;
        std::size_t stays = 0;
        const auto count = [&](std::int64_t home, std::int64_t stick) {
            if (home > 0) {
                ++(stick >= home && home < infinity ? stays : returns);
            }
        };
        std::vector<std::int64_t> stick(work_.topology.luns.size(), 0);
        for (const Item& item : work_.inventory.items()) {
            if (const auto found = work_.lun_of.find(item.id); found != work_.lun_of.end()) {
                stick[found->second] += stickiness(item);
            }
        }
        for (std::size_t i = 0; i < stick.size(); ++i) {
            count(drawn_home(work_.topology.luns[i].home, work_.preferences_of_lun[i]), stick[i]);
        }
        if (returns + stays == 0) {
            for (const auto& [id, vm] : work_.vm_of) {
                const Item& item = work_.inventory.items()[work_.inventory.members(id).front()];
                count(drawn_home(work_.topology.vms[vm].home, work_.preferences_of_vm[vm]),
                      stickiness(item));
            }
        }
        policy_.failback = stays > returns ? Failback::manual : Failback::automatic;
        if (stays > 0 && returns > 0) {
            work_.means_less("resource-stickiness",
                             fmt::format("{} return home by themselves and {} do not; {} was "
                                         "written for all",
                                         returns, stays, to_string(policy_.failback)),
                             "Choose \"failback\".");
        }
    }

    /// vm_follows_lun and overflow, from how VMs are bound to their LUNs.
    void bonds() {
        std::size_t weak = 0;
        std::size_t strong = 0;
        std::size_t infinite = 0;
        for (const Bond& bond : work_.bonds) {
            const auto vm = work_.vm_behind(bond.resource);
            if (bond.order || bond.score <= 0 || !vm || !work_.lun_behind(bond.with)) {
                continue;
            }
            const std::int64_t home =
                drawn_home(work_.topology.vms[*vm].home, work_.preferences_of_vm[*vm]);
            infinite += bond.score == infinity && bond.same_site_only ? 1 : 0;
            ++(bond.score < infinity && bond.score <= home ? weak : strong);
        }
        policy_.vm_follows_lun = weak == 0 || strong >= weak;
        policy_.overflow = infinite == 0 || !policy_.vm_follows_lun;
    }
};

} // namespace

void import_policy(Working& work) {
    PolicyImport(work).run();
}

} // namespace twinsite::site::importing
