#include <twinsite/base/text.hpp>
#include <twinsite/site/names.hpp>
#include <twinsite/site/resolve.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

namespace twinsite::site {

std::string_view to_string(Verdict verdict) {
    switch (verdict) {
    case Verdict::nothing_to_do:
        return "nothing to do";
    case Verdict::keep_this:
        return "this copy survives";
    case Verdict::discard_this:
        return "this copy is overwritten";
    case Verdict::refuse:
        return "refused";
    }
    return "refused";
}

namespace {

std::map<std::string, std::vector<std::string>> users_by_home(const Topology& topology,
                                                              const Lun& lun) {
    std::map<std::string, std::vector<std::string>> users;
    for (const Vm& vm : topology.vms) {
        if (std::find(vm.luns.begin(), vm.luns.end(), lun.name) != vm.luns.end()) {
            users[vm.home].push_back(vm.name);
        }
    }
    return users;
}

std::string mixed_reason(const Topology& topology, const Lun& lun,
                         const std::map<std::string, std::vector<std::string>>& users) {
    std::string text = fmt::format("{} carries VMs of both sites;", lun.name);
    for (const std::string& kept : topology.sites) {
        for (const auto& [home, vms] : users) {
            if (home != kept) {
                text += fmt::format(" keeping {} loses what {} of {} wrote since the cut;", kept,
                                    join(vms, ", "), home);
            }
        }
    }
    return text + " choose with --keep SITE";
}

} // namespace

Resolution resolve(const Topology& topology, const Lun& lun, const std::string& node,
                   const CopyFacts& facts, const std::string& keep) {
    Resolution out;
    out.lun = lun.name;
    if (!facts.configured) {
        out.reason = fmt::format("the mirror does not run on {}", node);
        return out;
    }
    if (facts.connected || (!facts.refuses_peer && !facts.split_brain)) {
        out.reason = facts.connected ? "the copies are connected"
                                     : "the mirror is still looking for its peer; no split brain";
        return out;
    }
    const auto users = users_by_home(topology, lun);
    if (users.size() > 1 && keep.empty()) {
        out.verdict = Verdict::refuse;
        out.reason = mixed_reason(topology, lun, users);
        return out;
    }
    const std::string survivor_site = keep.empty() ? lun.home : keep;
    const Node* here = topology.node(node);
    const std::string written =
        facts.written_kib ? fmt::format("{} KiB", *facts.written_kib) : "an unknown amount";
    std::string other;
    for (const Replica& replica : lun.mirror.replicas) {
        other = replica.node != node ? replica.node : other;
    }
    if (here != nullptr && here->site == survivor_site) {
        if (!facts.up_to_date) {
            out.verdict = Verdict::refuse;
            out.reason =
                fmt::format("the copy in {} should survive, but is not up to date", survivor_site);
            return out;
        }
        out.verdict = Verdict::keep_this;
        out.reason = keep.empty() ? fmt::format("{} is at home in {}", lun.name, lun.home)
                                  : "an operator chose it";
        out.loss = fmt::format("what was written on {} since the sites lost each other", other);
        if (facts.refuses_peer) {
            out.commands = {{"drbdadm", "connect", lun.name}};
        } else {
            out.reason += "; it waits for the other already";
        }
        out.elsewhere = {fmt::format("on {}: twinsite resolve {} --yes, first", other, lun.name)};
        return out;
    }
    if (facts.promoted) {
        out.verdict = Verdict::refuse;
        out.reason = fmt::format("{} is promoted here; take it down first: pcs resource ban {} {}",
                                 lun.name, mirror_clone_id(lun.name), node);
        return out;
    }
    if (keep.empty() && (!facts.written_kib || *facts.written_kib > 0)) {
        out.verdict = Verdict::refuse;
        out.reason = fmt::format("both copies were written: {} here since the sites lost each "
                                 "other; choose with --keep SITE",
                                 written);
        out.loss = fmt::format("keeping {} loses {} written on {}", survivor_site, written, node);
        return out;
    }
    out.verdict = Verdict::discard_this;
    out.reason = keep.empty() ? fmt::format("{} is at home in {}, and nothing was written here",
                                            lun.name, lun.home)
                              : "an operator chose the other copy";
    out.loss = fmt::format("{} written on {}", written, node);
    // What stands alone has no connection that could be ended: DRBD 8.4 calls that an error.
    if (!facts.refuses_peer) {
        out.commands.push_back({"drbdadm", "disconnect", lun.name});
    }
    out.commands.push_back({"drbdadm", "connect", "--discard-my-data", lun.name});
    out.elsewhere = {fmt::format("on {}: twinsite resolve {} --yes, afterwards", other, lun.name)};
    return out;
}

} // namespace twinsite::site
