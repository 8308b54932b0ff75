#include "lib/site/site_map_votes.hpp"

#include <fmt/format.h>

#include <map>

namespace twinsite::site {

namespace {

std::string memory(const NodeEntry& entry) {
    if (entry.node->memory_mib == 0 || !entry.node->compute) {
        return {};
    }
    return fmt::format("  {} of {} MiB for VMs in use", entry.used_mib, entry.node->usable_mib());
}

std::string lun_line(const LunEntry& lun) {
    std::string line = fmt::format("  LUN {:<12}", lun.lun->name);
    if (lun.promoted_on.empty()) {
        line += fmt::format(" NOT PROMOTED (home {})", lun.lun->home);
    } else {
        line += fmt::format(" promoted on {}", lun.promoted_on);
        line +=
            lun.served_on.empty() ? ", NOT SERVED" : fmt::format(", served on {}", lun.served_on);
        if (lun.place == Place::away) {
            line += fmt::format("  AWAY from {}", lun.lun->home);
        } else if (lun.place == Place::unknown) {
            line += "  UNKNOWN: the node is unclean";
        }
    }
    if (!lun.trouble.empty()) {
        line += fmt::format("  [{}]", lun.trouble);
    }
    line += "\n";
    for (const CopyEntry& copy : lun.copies) {
        const bool follows = copy.node != lun.promoted_on && lun.behind_kib;
        line += fmt::format("      copy on {:<12} {}{}{}\n", copy.node, to_string(copy.state),
                            copy.running ? "" : " (mirror not running)",
                            follows ? fmt::format(", {} KiB behind", *lun.behind_kib) : "");
    }
    return line;
}

std::string vm_line(const VmEntry& vm) {
    std::string line = fmt::format("  VM  {:<12}", vm.vm->name);
    if (vm.node.empty()) {
        line += fmt::format(" NOT RUNNING (home {})", vm.vm->home);
    } else {
        line += fmt::format(" on {}", vm.node);
        if (vm.place == Place::away) {
            line += fmt::format("  AWAY from {}", vm.vm->home);
        } else if (vm.place == Place::unknown) {
            line += "  UNKNOWN: the node is unclean";
        }
        if (vm.apart) {
            line += "  APART from its LUN";
        }
    }
    if (!vm.trouble.empty()) {
        line += fmt::format("  [{}]", vm.trouble);
    }
    return line + "\n";
}

/// One line for the votes, one for each link with all its other ends.
std::string votes_and_links(const SiteMap& map) {
    if (!map.quorum) {
        return "votes and links: unknown, Corosync does not answer here\n";
    }
    std::map<unsigned, std::string> ends;
    for (const Peer& peer : peers_of(map)) {
        for (const Link& link : peer.links) {
            std::string& line = ends[link.number];
            line += fmt::format("{}{} {}", line.empty() ? "" : ", ", peer.name, link_word(link));
        }
    }
    std::string out = votes_sentence(map) + "\n";
    out += map.quorum->links.empty() ? "links: unknown\n" : "";
    for (const auto& [number, line] : ends) {
        out += fmt::format("link {}: {}\n", number, line);
    }
    return out;
}

} // namespace

std::string to_text(const SiteMap& map) {
    std::string out =
        fmt::format("cluster {}: {}, DC {}\n", map.cluster,
                    map.quorate ? "has quorum" : "NO QUORUM", map.dc.empty() ? "none" : map.dc);
    for (const std::string& site : map.sites) {
        out += fmt::format("\n{}\n", site);
        for (const NodeEntry& entry : map.nodes) {
            if (entry.node->site == site) {
                out += fmt::format("  node {:<11} {}{}\n", entry.node->name, entry.state,
                                   memory(entry));
            }
        }
        for (const LunEntry& lun : map.luns) {
            if ((lun.site.empty() ? lun.lun->home : lun.site) == site) {
                out += lun_line(lun);
            }
        }
        for (const VmEntry& vm : map.vms) {
            if ((vm.site.empty() ? vm.vm->home : vm.site) == site) {
                out += vm_line(vm);
            }
        }
    }
    return out + "\n" + votes_and_links(map);
}

} // namespace twinsite::site
