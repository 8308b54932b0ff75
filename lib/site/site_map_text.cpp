#include "lib/site/site_map_votes.hpp"

#include <twinsite/base/table.hpp>
#include <twinsite/site/site_map.hpp>

#include <fmt/format.h>

#include <map>

namespace twinsite::site {

namespace {

std::string memory(const NodeEntry& entry) {
    if (entry.node->memory_mib == 0 || !entry.node->compute) {
        return {};
    }
    return fmt::format("{} of {} MiB for VMs in use", entry.used_mib, entry.node->usable_mib());
}

Tone tone_of(const std::string& node_state) {
    if (node_state == "online") {
        return Tone::good;
    }
    const bool serves_again =
        node_state == "standby" || node_state == "maintenance" || node_state == "joining";
    return serves_again ? Tone::warning : Tone::bad;
}

/// What of a LUN's or VM's place is not as it should be.
void add_place(Place place, const std::string& home, Row& row) {
    if (place == Place::away) {
        row.push_back({fmt::format("AWAY from {}", home), Tone::warning});
    } else if (place == Place::unknown) {
        row.push_back({"UNKNOWN: the node is unclean", Tone::bad});
    }
}

void add_trouble(const std::string& trouble, Row& row) {
    if (!trouble.empty()) {
        row.push_back({fmt::format("[{}]", trouble), Tone::bad});
    }
}

void add_lun(const LunEntry& lun, std::vector<Row>& rows) {
    Row row{{"LUN"}, {lun.lun->name}};
    if (lun.promoted_on.empty()) {
        row.push_back({fmt::format("NOT PROMOTED (home {})", lun.lun->home), Tone::bad});
    } else {
        row.push_back({fmt::format("promoted on {}", lun.promoted_on)});
        row.push_back(lun.served_on.empty() ? Cell{"NOT SERVED", Tone::bad}
                                            : Cell{fmt::format("served on {}", lun.served_on)});
        add_place(lun.place, lun.lun->home, row);
    }
    add_trouble(lun.trouble, row);
    rows.push_back(std::move(row));
    for (const CopyEntry& copy : lun.copies) {
        const bool good = copy.running && copy.state == CopyState::good;
        const bool follows = copy.node != lun.promoted_on && lun.behind_kib;
        rows.push_back(
            {{""},
             {""},
             {fmt::format("copy on {}", copy.node)},
             {fmt::format("{}{}{}", to_string(copy.state),
                          copy.running ? "" : " (mirror not running)",
                          follows ? fmt::format(", {} KiB behind", *lun.behind_kib) : ""),
              good ? Tone::good : Tone::warning}});
    }
}

Row vm_row(const VmEntry& vm) {
    Row row{{"VM"}, {vm.vm->name}};
    if (vm.node.empty()) {
        row.push_back({fmt::format("NOT RUNNING (home {})", vm.vm->home), Tone::bad});
    } else {
        row.push_back({fmt::format("on {}", vm.node)});
        add_place(vm.place, vm.vm->home, row);
        if (vm.apart) {
            row.push_back({"APART from its LUN", Tone::warning});
        }
    }
    add_trouble(vm.trouble, row);
    return row;
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

std::string to_text(const SiteMap& map, bool colour) {
    const std::string quorum = map.quorate ? "has quorum" : painted("NO QUORUM", Tone::bad, colour);
    std::string out = fmt::format("cluster {}: {}, DC {}\n", map.cluster, quorum,
                                  map.dc.empty() ? "none" : map.dc);
    for (const std::string& site : map.sites) {
        std::vector<Row> rows;
        for (const NodeEntry& entry : map.nodes) {
            if (entry.node->site == site) {
                rows.push_back({{"node"},
                                {entry.node->name},
                                {entry.state, tone_of(entry.state)},
                                {memory(entry)}});
            }
        }
        for (const LunEntry& lun : map.luns) {
            if ((lun.site.empty() ? lun.lun->home : lun.site) == site) {
                add_lun(lun, rows);
            }
        }
        for (const VmEntry& vm : map.vms) {
            if ((vm.site.empty() ? vm.vm->home : vm.site) == site) {
                rows.push_back(vm_row(vm));
            }
        }
        out += fmt::format("\n{}\n", site);
        for (const std::string& line : table_lines(rows, colour)) {
            out += fmt::format("  {}\n", line);
        }
    }
    return out + "\n" + votes_and_links(map);
}

} // namespace twinsite::site
