#include "lib/site/parts.hpp"

#include <twinsite/site/spread.hpp>
#include <twinsite/site/what_if.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <unordered_map>

namespace twinsite::site {

namespace {

/// Memory of the living hosts while VMs are put on them.
class Hosts {
public:
    Hosts(const Topology& topology, const Parts& parts) {
        for (const Node& node : topology.nodes) {
            if (node.compute && parts.alive(node.name)) {
                hosts_.push_back({&node, node.usable_mib(), 0});
            }
        }
    }
    void take(std::string_view name, const Vm& vm) { change(name, vm, 1); }
    void give_back(std::string_view name, const Vm& vm) { change(name, vm, -1); }

    /// The best host of SITE in the part of VIEWER: the preferred one if VM fits, else the one with
    /// the most memory left. "" when none.
    [[nodiscard]] std::string find(const Parts& parts, std::string_view viewer,
                                   std::string_view site, const Vm& vm,
                                   std::string_view preferred) const {
        const Entry* best = nullptr;
        for (const Entry& entry : hosts_) {
            if (entry.node->site != site || !parts.together(viewer, entry.node->name) ||
                !fits(entry, vm)) {
                continue;
            }
            if (entry.node->name == preferred) {
                return entry.node->name;
            }
            if (best == nullptr || entry.left_mib > best->left_mib ||
                (entry.left_mib == best->left_mib && entry.vms < best->vms)) {
                best = &entry;
            }
        }
        return best == nullptr ? std::string{} : best->node->name;
    }

private:
    struct Entry {
        const Node* node;
        std::int64_t left_mib;
        std::int64_t vms;
    };
    std::vector<Entry> hosts_;

    [[nodiscard]] static bool fits(const Entry& entry, const Vm& vm) {
        return entry.node->memory_mib == 0 || vm.memory_mib <= entry.left_mib;
    }
    void change(std::string_view name, const Vm& vm, std::int64_t sign) {
        for (Entry& entry : hosts_) {
            if (entry.node->name == name) {
                entry.left_mib -= sign * vm.memory_mib;
                entry.vms += sign;
            }
        }
    }
};

class Model {
public:
    Model(const Topology& topology, const Failure& failure)
        : topology_(topology)
        , failure_(failure)
        , parts_(topology, failure)
        , hosts_(topology, parts_)
        , preferred_(preferred_hosts(topology)) {
        for (const Node& node : topology.nodes) {
            site_of_.emplace(node.name, node.site);
        }
    }

    Outcome run() {
        for (const Lun& lun : topology_.luns) {
            outcome_.luns.push_back(place_lun(lun));
            const auto& placed = outcome_.luns.back();
            lun_node_.emplace(lun.name,
                              placed.promoted_on.empty() ? "" : placed.promoted_on.front());
        }
        place_vms();
        return std::move(outcome_);
    }

private:
    const Topology& topology_;
    const Failure& failure_;
    Parts parts_;
    Hosts hosts_;
    std::vector<std::string> preferred_;
    std::unordered_map<std::string_view, std::string> site_of_;
    std::unordered_map<std::string_view, std::string> lun_node_;
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

    /// The node that serves the VM's LUNs; "" when one of them is down.
    [[nodiscard]] std::string storage_of(const Vm& vm) const {
        std::string node;
        for (const std::string& lun : vm.luns) {
            const auto found = lun_node_.find(lun);
            if (found == lun_node_.end() || found->second.empty()) {
                return {};
            }
            node = node.empty() ? found->second : node;
        }
        return node;
    }

    void place_vms() {
        // Those that keep running hold their memory before anything moves or starts.
        for (std::size_t i = 0; i < topology_.vms.size(); ++i) {
            if (parts_.alive(preferred_[i])) {
                hosts_.take(preferred_[i], topology_.vms[i]);
            }
        }
        std::vector<std::size_t> order(topology_.vms.size());
        std::iota(order.begin(), order.end(), std::size_t{0});
        std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
            return topology_.vms[a].priority > topology_.vms[b].priority;
        });
        outcome_.vms.resize(topology_.vms.size());
        for (const bool running : {true, false}) { // migrations free memory where they leave
            for (const std::size_t i : order) {
                if (parts_.alive(preferred_[i]) == running) {
                    outcome_.vms[i] = running ? follow(topology_.vms[i], preferred_[i])
                                              : recover(topology_.vms[i], preferred_[i]);
                }
            }
        }
    }

    VmOutcome follow(const Vm& vm, const std::string& host) {
        VmOutcome out{vm.name, VmFate::stays, host, host, {}};
        const std::string storage = storage_of(vm);
        if (storage.empty() || !parts_.together(host, storage)) {
            out.fate = VmFate::waits;
            out.reason = storage.empty() ? "its LUN is down" : "its LUN is in the other part";
            return out;
        }
        const std::string& lun_site = site_of_.at(storage);
        if (lun_site == site_of_.at(host) || !topology_.policy.vm_follows_lun ||
            !parts_.quorate(host)) {
            return out;
        }
        const std::string better = hosts_.find(parts_, host, lun_site, vm, {});
        if (better.empty()) {
            out.reason = fmt::format("no host of {} has room; it uses the far path", lun_site);
            return out;
        }
        hosts_.give_back(host, vm);
        hosts_.take(better, vm);
        out.fate = VmFate::migrates;
        out.to = better;
        out.reason = fmt::format("follows its LUN to {}", lun_site);
        return out;
    }

    VmOutcome recover(const Vm& vm, const std::string& host) {
        VmOutcome out{vm.name, VmFate::stops, host, {}, {}};
        if (host.empty()) {
            out.reason = "its home has no compute node";
            return out;
        }
        const std::string storage = storage_of(vm);
        if (storage.empty()) {
            out.reason = "its LUN is down";
            return out;
        }
        if (!parts_.quorate(storage)) {
            out.reason = "the side with its LUN has no quorum";
            outcome_.needs_go_live = true;
            return out;
        }
        if (parts_.standing(storage, host) == Standing::unproven) {
            out.reason = fmt::format("{} is not proven dead", host);
            outcome_.needs_go_live = true;
            return out;
        }
        const std::string& lun_site = site_of_.at(storage);
        // Home weighs more than the LUN where VMs do not follow their LUN.
        const std::string& first = topology_.policy.vm_follows_lun ? lun_site : vm.home;
        std::string better = hosts_.find(parts_, storage, first, vm, {});
        if (better.empty() && topology_.policy.overflow) {
            for (const std::string& site : topology_.sites) {
                if (better.empty() && site != first) {
                    better = hosts_.find(parts_, storage, site, vm, {});
                }
            }
        }
        if (better.empty()) {
            out.reason = fmt::format("no host with {} MiB left", vm.memory_mib);
            return out;
        }
        hosts_.take(better, vm);
        out.fate = VmFate::restarts;
        out.to = better;
        out.reason = fmt::format("{} is dead", host);
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
    for (const LunOutcome& lun : outcome.luns) {
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
