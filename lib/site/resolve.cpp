#include <twinsite/base/text.hpp>
#include <twinsite/site/names.hpp>
#include <twinsite/site/resolve.hpp>
#include <twinsite/site/split_marker.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace twinsite::site {

std::string_view to_string(Verdict verdict) {
    switch (verdict) {
    case Verdict::nothing_to_do:
        return "nothing to do";
    case Verdict::not_running:
        return "not looked at";
    case Verdict::keep_this:
        return "this copy survives";
    case Verdict::discard_this:
        return "this copy is overwritten";
    case Verdict::refuse:
        return "refused";
    }
    return "refused";
}

SideFacts side_facts(const Lun& lun, const std::string& node, const ClusterState& state) {
    SideFacts facts;
    const NodeState* live = state.node(node);
    const ResourceState* mirror = state.resource(mirror_id(lun.name));
    const bool seen = live != nullptr && live->online && !live->unclean && mirror != nullptr;
    const auto marker = live == nullptr ? std::nullopt : [&]() -> std::optional<SplitMarker> {
        const auto found = live->attributes.find(split_marker_name(lun.name));
        return found == live->attributes.end() ? std::nullopt : parse_split_marker(found->second);
    }();
    if (seen) {
        facts.promoted = std::any_of(
            mirror->running.begin(), mirror->running.end(),
            [&](const Instance& instance) { return instance.node == node && instance.promoted; });
    }
    if (marker) {
        facts.written_kib = marker->written_kib;
        // What was promoted then may have written after it told how much.
        if (marker->role == "Primary") {
            facts.promoted = true;
        } else if (marker->role != "Secondary" && facts.promoted == false) {
            facts.promoted.reset();
        }
    }
    return facts;
}

std::vector<std::string> admin_bans(const Xml& cib, const Lun& lun, const std::string& node) {
    std::vector<std::string> bans;
    const Xml* configuration = cib.child("configuration");
    const Xml* constraints =
        configuration == nullptr ? nullptr : configuration->child("constraints");
    if (constraints == nullptr) {
        return bans;
    }
    for (const Xml& constraint : constraints->children) {
        const std::string_view rsc = constraint.get("rsc");
        const bool about_mirror = rsc == mirror_id(lun.name) || rsc == mirror_clone_id(lun.name);
        if (about_mirror && constraint.get("id").starts_with("cli-ban-") &&
            constraint.get("node") == node) {
            bans.emplace_back(constraint.get("id"));
        }
    }
    return bans;
}

namespace {

/// One of the two copies, as it is judged and told.
struct Side {
    std::string node;
    std::string site;
    SideFacts facts;

    [[nodiscard]] bool wrote_nothing() const {
        return facts.written_kib == 0U && facts.promoted == false;
    }
};

/// What has to be known about one LUN to judge it on one node.
struct Case {
    const Topology& topology;
    const Lun& lun;
    Side here;
    Side there;
    const CopyFacts& facts;
    const std::string& keep;

    [[nodiscard]] const Side& at(bool survivor, const std::string& site) const {
        return (here.site == site) == survivor ? here : there;
    }
};

std::string written(const Side& side) {
    if (!side.facts.written_kib) {
        return "an unknown amount";
    }
    return fmt::format("{}{} KiB", side.facts.promoted == false ? "" : "at least ",
                       *side.facts.written_kib);
}

std::string role(const Side& side) {
    if (!side.facts.promoted) {
        return "role unknown";
    }
    return *side.facts.promoted ? "Primary" : "Secondary";
}

std::string story(const Side& side, const std::string& home) {
    return fmt::format("{} in {}{}: {}, wrote {}{}", side.node, side.site,
                       side.site == home ? " (home)" : "", role(side), written(side),
                       side.facts.found_at.empty()
                           ? ", does not say when it found the split brain"
                           : ", found the split brain at " + side.facts.found_at);
}

std::vector<std::string> users(const Topology& topology, const Lun& lun, const std::string& home) {
    std::vector<std::string> names;
    for (const Vm& vm : topology.vms) {
        const bool on_it = std::find(vm.luns.begin(), vm.luns.end(), lun.name) != vm.luns.end();
        if (on_it && (home.empty() || vm.home == home)) {
            names.push_back(vm.name);
        }
    }
    return names;
}

bool carries_vms_of_both_sites(const Case& it) {
    return !users(it.topology, it.lun, it.here.site).empty() &&
           !users(it.topology, it.lun, it.there.site).empty();
}

/// What is lost when VICTIM's copy is overwritten.
std::string loss(const Case& it, const Side& victim) {
    std::string text = fmt::format("{} written on {} ({}) since the sites lost each other",
                                   written(victim), victim.node, role(victim));
    if (carries_vms_of_both_sites(it)) {
        text += fmt::format(", with what {} of {} wrote",
                            join(users(it.topology, it.lun, victim.site), ", "), victim.site);
    }
    return text;
}

void refuse(const Case& it, std::string reason, Resolution& out) {
    out.verdict = Verdict::refuse;
    out.reason = std::move(reason) + "; choose with --keep SITE";
    for (const std::string& site : it.topology.sites) {
        out.losses.push_back(
            fmt::format("keeping {} loses {}", site, loss(it, it.at(false, site))));
    }
}

/// Why the copy away from home may not simply be overwritten.
std::string why_not_home(const Case& it) {
    const Side& home = it.at(true, it.lun.home);
    const Side& away = it.at(false, it.lun.home);
    if (away.facts.promoted == true) {
        return fmt::format("{} is, or was, promoted on {}, away from its home {}", it.lun.name,
                           away.node, it.lun.home);
    }
    if (!away.facts.written_kib || !away.facts.promoted) {
        return fmt::format("what {} wrote is not known", away.node);
    }
    return home.wrote_nothing() ? fmt::format("the copy away from home was written: {} on {}",
                                              written(away), away.node)
                                : fmt::format("both copies were written: {} on {}, away from home",
                                              written(away), away.node);
}

std::string command_elsewhere(const Case& it, std::string_view when) {
    return fmt::format("on {}: twinsite resolve {}{} --yes, {}", it.there.node, it.lun.name,
                       it.keep.empty() ? "" : " --keep " + it.keep, when);
}

void keep_this(const Case& it, Resolution& out) {
    if (!it.facts.up_to_date) {
        out.verdict = Verdict::refuse;
        out.reason =
            fmt::format("the copy in {} should survive, but is not up to date", it.here.site);
        return;
    }
    out.verdict = Verdict::keep_this;
    out.reason = it.keep.empty() ? fmt::format("{} is at home in {}, and nothing was written on {}",
                                               it.lun.name, it.lun.home, it.there.node)
                                 : "an operator chose it";
    out.losses = {loss(it, it.there)};
    if (it.facts.refuses_peer) {
        out.commands = {{"drbdadm", "connect", it.lun.name}};
    } else {
        out.reason += "; it waits for the other already";
    }
    out.elsewhere = {command_elsewhere(it, "first")};
}

/// A copy that is in use cannot be overwritten: how to take it down, and up again afterwards.
void take_down_first(const Case& it, Resolution& out) {
    const std::string clone = mirror_clone_id(it.lun.name);
    const std::string& node = it.here.node;
    std::vector<std::string> vms;
    for (const std::string& vm : users(it.topology, it.lun, {})) {
        vms.push_back(vm_id(vm));
    }
    out.verdict = Verdict::refuse;
    out.reason = fmt::format("an operator chose the other copy, but {} is promoted here; take it "
                             "down first",
                             it.lun.name);
    out.losses = {loss(it, it.here)};
    if (!vms.empty()) {
        out.steps.push_back(fmt::format("pcs resource disable {}", join(vms, " ")));
    }
    out.steps.insert(
        out.steps.end(),
        {fmt::format("crm_resource --ban --resource {0} --node {1} --promoted   (or: pcs resource "
                     "ban {0} {1} --promoted)",
                     clone, node),
         fmt::format("twinsite resolve {} --keep {} --yes   (here, then on {})", it.lun.name,
                     it.keep, it.there.node),
         fmt::format("when both copies are up to date: crm_resource --clear --resource {0} --node "
                     "{1} --promoted   (or: pcs resource clear {0} {1} --promoted)",
                     clone, node)});
    if (!vms.empty()) {
        out.steps.push_back(fmt::format("pcs resource enable {}", join(vms, " ")));
    }
}

void discard_this(const Case& it, Resolution& out) {
    out.verdict = Verdict::discard_this;
    out.reason = it.keep.empty() ? fmt::format("{} is at home in {}, and nothing was written here",
                                               it.lun.name, it.lun.home)
                                 : "an operator chose the other copy";
    out.losses = {loss(it, it.here)};
    // What stands alone has no connection that could be ended: DRBD 8.4 calls that an error.
    if (!it.facts.refuses_peer) {
        out.commands.push_back({"drbdadm", "disconnect", it.lun.name});
    }
    out.commands.push_back({"drbdadm", "connect", "--discard-my-data", it.lun.name});
    out.elsewhere = {command_elsewhere(it, "afterwards")};
}

Side side_of(const Topology& topology, const std::string& name, const SideFacts& facts) {
    const Node* node = topology.node(name);
    return {name, node == nullptr ? std::string{} : node->site, facts};
}

void judge(const Case& it, Resolution& out) {
    out.sides = {story(it.here, it.lun.home), story(it.there, it.lun.home)};
    const std::string& survivor = it.keep.empty() ? it.lun.home : it.keep;
    if (it.keep.empty() && carries_vms_of_both_sites(it)) {
        refuse(it, it.lun.name + " carries VMs of both sites", out);
    } else if (it.keep.empty() && !it.at(false, it.lun.home).wrote_nothing()) {
        refuse(it, why_not_home(it), out);
    } else if (it.here.site == survivor) {
        keep_this(it, out);
    } else if (it.here.facts.promoted != false) {
        take_down_first(it, out);
    } else {
        discard_this(it, out);
    }
}

} // namespace

Resolution resolve(const Topology& topology, const Lun& lun, const std::string& node,
                   const CopyFacts& facts, const std::string& keep) {
    Resolution out;
    out.lun = lun.name;
    for (const std::string& ban : facts.bans) {
        out.steps.push_back(fmt::format("pcs constraint delete {}   (a ban keeps {} from {})", ban,
                                        lun.name, node));
    }
    if (!facts.configured) {
        out.verdict = Verdict::not_running;
        out.reason = fmt::format("the mirror does not run on {}, so nothing is known of its copy; "
                                 "start it there first",
                                 node);
        return out;
    }
    if (facts.connected || (!facts.refuses_peer && !facts.split_brain)) {
        out.reason = facts.connected ? "the copies are connected"
                                     : "the mirror is still looking for its peer; no split brain";
        return out;
    }
    // Until the copies are together again a ban may be part of the repair.
    out.steps.clear();
    std::string other;
    for (const Replica& replica : lun.mirror.replicas) {
        other = replica.node != node ? replica.node : other;
    }
    judge({topology, lun, side_of(topology, node, facts.own), side_of(topology, other, facts.peer),
           facts, keep},
          out);
    if (!out.commands.empty()) {
        for (const std::string& ban : facts.bans) {
            out.steps.push_back(
                fmt::format("when both copies are up to date: pcs constraint delete {}", ban));
        }
    }
    return out;
}

} // namespace twinsite::site
