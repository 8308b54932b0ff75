// Homes and hosts, from whatever draws a resource to a node or a site.
#include "lib/site/importing/working.hpp"

#include <twinsite/site/spread.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace twinsite::site::importing {

namespace {

constexpr std::string_view write_home = "Write the site it belongs to.";

class HomeImport {
public:
    explicit HomeImport(Working& work)
        : work_(work) {}

    void run() {
        find_compute_nodes();
        for (std::size_t i = 0; i < work_.topology.luns.size(); ++i) {
            work_.topology.luns[i].home = drawn_to(work_.preferences_of_lun[i]);
        }
        for (std::size_t i = 0; i < work_.topology.vms.size(); ++i) {
            Vm& vm = work_.topology.vms[i];
            vm.home = drawn_to(work_.preferences_of_vm[i]);
            vm.host = host(work_.preferences_of_vm[i], vm.home);
        }
        luns_by_their_vms();
        vms_by_their_luns();
        by_where_they_run();
        report_unknown();
        forget_default_hosts();
    }

private:
    Working& work_;

    /// A node that all VMs are kept away from runs none.
    void find_compute_nodes() {
        std::map<std::string, std::size_t> bans;
        const auto is_ban = [&](const Preference& each) {
            return !each.node.empty() && each.score == -infinity && work_.vm_behind(each.resource);
        };
        for (const Preference& each : work_.preferences) {
            bans[each.node] += is_ban(each) ? 1 : 0;
        }
        for (Node& node : work_.topology.nodes) {
            if (work_.topology.vms.empty() || bans[node.name] < work_.topology.vms.size()) {
                continue;
            }
            node.compute = false;
            node.memory_mib = 0;
            for (Preference& each : work_.preferences) {
                each.placed = each.placed || (is_ban(each) && each.node == node.name);
            }
        }
    }

    /// The site with the greatest sum of what draws there; "" when nothing does.
    std::string drawn_to(const std::vector<std::size_t>& mine) {
        std::map<std::string, std::int64_t> sums;
        for (const std::size_t index : mine) {
            Preference& each = work_.preferences[index];
            if (each.placed || each.score <= 0 || !each.times.empty()) {
                continue;
            }
            each.placed = true;
            const std::string site = each.site.empty() ? work_.site_of(each.node) : each.site;
            sums[site] += each.score;
            if (each.score >= infinity) {
                work_.means_less(each.constraint,
                                 "its INFINITY becomes a soft preference: availability beats "
                                 "affinity",
                                 "Nothing to do; \"overflow\": false keeps VMs with their LUNs.");
            }
        }
        sums.erase("");
        const auto best =
            std::max_element(sums.begin(), sums.end(),
                             [](const auto& a, const auto& b) { return a.second < b.second; });
        return best == sums.end() ? std::string{} : best->first;
    }

    [[nodiscard]] std::string host(const std::vector<std::size_t>& mine,
                                   const std::string& home) const {
        const Preference* best = nullptr;
        for (const std::size_t index : mine) {
            const Preference& each = work_.preferences[index];
            if (each.node.empty() || each.score <= 0 || work_.site_of(each.node) != home) {
                continue;
            }
            if (best == nullptr || each.score > best->score) {
                best = &each;
            }
        }
        return best == nullptr ? std::string{} : best->node;
    }

    void luns_by_their_vms() {
        for (Lun& lun : work_.topology.luns) {
            std::string home;
            bool agree = true;
            for (const Vm& vm : work_.topology.vms) {
                if (std::find(vm.luns.begin(), vm.luns.end(), lun.name) == vm.luns.end() ||
                    vm.home.empty()) {
                    continue;
                }
                agree = agree && (home.empty() || home == vm.home);
                home = vm.home;
            }
            if (lun.home.empty() && agree && !home.empty()) {
                lun.home = home;
                derived(fmt::format("/luns/{}/home", lun.name), "its VMs' home was taken");
            }
        }
    }

    void vms_by_their_luns() {
        for (Vm& vm : work_.topology.vms) {
            for (const Lun& lun : work_.topology.luns) {
                if (vm.home.empty() && !lun.home.empty() && !vm.luns.empty() &&
                    vm.luns.front() == lun.name) {
                    vm.home = lun.home;
                    derived(fmt::format("/vms/{}/home", vm.name), "its LUN's home was taken");
                }
            }
        }
    }

    void by_where_they_run() {
        for (const auto& [resource, node] : work_.sources.running_on) {
            const std::string site = work_.site_of(node);
            if (const auto lun = work_.lun_of.find(resource);
                lun != work_.lun_of.end() && work_.topology.luns[lun->second].home.empty()) {
                work_.topology.luns[lun->second].home = site;
                derived(fmt::format("/luns/{}/home", work_.topology.luns[lun->second].name),
                        "the site where it runs now was taken");
            }
            if (const auto vm = work_.vm_of.find(resource);
                vm != work_.vm_of.end() && work_.topology.vms[vm->second].home.empty()) {
                work_.topology.vms[vm->second].home = site;
                derived(fmt::format("/vms/{}/home", work_.topology.vms[vm->second].name),
                        "the site where it runs now was taken");
            }
        }
    }

    void derived(std::string path, std::string_view how) {
        work_.not_known(std::move(path), fmt::format("no constraint says it; {}", how),
                        "Correct it if it belongs to the other site.");
    }

    void report_unknown() {
        for (const Lun& lun : work_.topology.luns) {
            if (lun.home.empty()) {
                work_.not_known(fmt::format("/luns/{}/home", lun.name),
                                "no constraint says it, and its VMs do not agree",
                                std::string(write_home));
            }
        }
        for (const Vm& vm : work_.topology.vms) {
            if (vm.home.empty()) {
                work_.not_known(fmt::format("/vms/{}/home", vm.name), "no constraint says it",
                                std::string(write_home));
            }
        }
    }

    /// Hosts that twinsite would choose by itself need not be stated.
    void forget_default_hosts() {
        Topology without = work_.topology;
        for (Vm& vm : without.vms) {
            vm.host = "";
        }
        const auto hosts = preferred_hosts(without);
        bool same = true;
        for (std::size_t i = 0; i < hosts.size(); ++i) {
            same = same && work_.topology.vms[i].host == hosts[i];
        }
        if (same) {
            work_.topology = std::move(without);
        }
    }
};

} // namespace

void sort_preferences(Working& work) {
    work.preferences_of_lun.resize(work.topology.luns.size());
    work.preferences_of_vm.resize(work.topology.vms.size());
    for (std::size_t i = 0; i < work.preferences.size(); ++i) {
        if (const auto lun = work.lun_behind(work.preferences[i].resource)) {
            work.preferences_of_lun[*lun].push_back(i);
        } else if (const auto vm = work.vm_behind(work.preferences[i].resource)) {
            work.preferences_of_vm[*vm].push_back(i);
        }
    }
}

void import_homes(Working& work) {
    HomeImport(work).run();
}

} // namespace twinsite::site::importing
