#include "lib/site/site_map_page.hpp"

#include <twinsite/base/markup.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace twinsite::site::page {

namespace {

std::int64_t room_of(const NodeEntry& node) {
    return node.node->compute ? std::max<std::int64_t>(0, node.node->usable_mib()) : 0;
}

std::int64_t memory_of_vms(const SiteMap& map, std::string_view home) {
    std::int64_t sum = 0;
    for (const VmEntry& vm : map.vms) {
        sum += home.empty() || vm.vm->home == home ? vm.vm->memory_mib : 0;
    }
    return sum;
}

std::string line(std::string_view what, std::int64_t needed, std::int64_t room,
                 std::string_view where) {
    constexpr std::int64_t all = 100;
    return fmt::format("<h3>{}{}</h3>{}<small>{} MiB of VMs, {} MiB {}</small>\n",
                       escape_markup(what),
                       needed > room ? R"( <span class="bad">does not fit</span>)" : "",
                       bar(needed, room, all), needed, room, escape_markup(where));
}

} // namespace

std::string bar(std::int64_t used, std::int64_t room, std::int64_t full) {
    constexpr std::int64_t whole = 100;
    const std::int64_t percent = room <= 0 ? (used > 0 ? whole + 1 : 0) : used * whole / room;
    return fmt::format("<div class=\"bar\"><i{} style=\"width:{}%\"></i></div>",
                       percent > full || used > room ? " class=\"full\"" : "",
                       std::min(whole, percent));
}

std::string capacity(const SiteMap& map) {
    std::string out = "<section class=\"part\"><h2>If one of these is lost</h2>\n"
                      "<div class=\"sites\">\n";
    for (const std::string& site : map.sites) {
        std::int64_t elsewhere = 0;
        std::int64_t here = 0;
        for (const NodeEntry& node : map.nodes) {
            (node.node->site == site ? here : elsewhere) += room_of(node);
        }
        out += "<div>";
        out += line(fmt::format("site {}", site), memory_of_vms(map, {}), elsewhere,
                    "in the other site");
        for (const NodeEntry& node : map.nodes) {
            if (node.node->site == site && room_of(node) > 0) {
                out += line(fmt::format("host {}", node.node->name), memory_of_vms(map, site),
                            here - room_of(node), fmt::format("on the other hosts of {}", site));
            }
        }
        out += "</div>\n";
    }
    return out + "</div><p><small>Sums only; twinsite check proves that each VM finds a host."
                 "</small></p></section>\n";
}

} // namespace twinsite::site::page
