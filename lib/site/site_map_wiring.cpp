#include "lib/site/site_map_page.hpp"

#include <twinsite/base/markup.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>
#include <vector>

namespace twinsite::site::page {

namespace {

using Vms = std::vector<const VmEntry*>;

/// The lines are drawn in a square of this size that is stretched over the space between the sites.
constexpr int square = 100;

/// The VMs of one LUN as they stand in the two columns.
struct Columns {
    Vms left;
    Vms right;
    bool crosses_left = false; ///< those on the left are in the other site than the LUN
    bool crosses_right = false;
};

std::string lun_box(const SiteMap& map, const LunEntry& lun, bool promoted, std::string_view side) {
    return fmt::format("<div class=\"lun {} {} {}\">{}<br><small>{}</small></div>",
                       colour(map, lun.lun->home), promoted ? "" : "copy", side,
                       escape_markup(lun.lun->name), promoted ? "promoted" : "copy");
}

/// Whether every write is known to be on each copy.
bool is_copied(const LunEntry& lun) {
    return std::all_of(lun.copies.begin(), lun.copies.end(), [](const CopyEntry& copy) {
        return copy.running && copy.state == CopyState::good;
    });
}

/// From where the LUN is written to where it is copied.
std::string arrow(bool to_right, bool both, bool copied) {
    const std::string line = R"(<line x1="4" y1="10" x2="56" y2="10"/>)";
    const std::string right = R"(<path d="M56 10 46 5v10z"/>)";
    const std::string left = R"(<path d="M4 10 14 5v10z"/>)";
    return fmt::format("<svg class=\"arrow{}\" viewBox=\"0 0 60 20\" aria-hidden=\"true\">{}{}{}"
                       "</svg>",
                       copied ? "" : " broken", line, to_right || both ? right : "",
                       !to_right || both ? left : "");
}

std::string boxes(const SiteMap& map, const Vms& vms, bool crossing) {
    std::string out;
    for (const VmEntry* vm : vms) {
        out += crossing ? fmt::format("<span class=\"far\">{}</span>", vm_box(map, *vm))
                        : vm_box(map, *vm);
    }
    return out;
}

/// One for each VM, from the middle of its line to its LUN, which stands above on the other side.
std::string lines(const Vms& vms, bool from_right) {
    std::string out;
    const auto count = static_cast<int>(vms.size());
    for (int i = 0; i < count; ++i) {
        const VmEntry& vm = *vms[static_cast<std::size_t>(i)];
        out += fmt::format("<line class=\"crossing\" data-vm=\"{}\" x1=\"{}\" y1=\"{}\" x2=\"{}\" "
                           "y2=\"0\" vector-effect=\"non-scaling-stroke\"/>",
                           escape_markup(vm.vm->name), from_right ? square : 0,
                           (2 * i + 1) * square / (2 * count), from_right ? 0 : square);
    }
    return out;
}

Columns columns_of(const SiteMap& map, const LunEntry& lun, const Vms& vms) {
    Columns columns;
    for (const VmEntry* vm : vms) {
        const std::string& where = vm->site.empty() ? vm->vm->home : vm->site;
        (where == map.sites.front() ? columns.left : columns.right).push_back(vm);
    }
    const bool one_writer = !lun.site.empty() && !lun.lun->converged();
    columns.crosses_left = one_writer && lun.site != map.sites.front();
    columns.crosses_right = one_writer && lun.site == map.sites.front();
    return columns;
}

/// A VM that runs nowhere is shown at home, and reads or writes nothing.
Vms running(const Vms& vms) {
    Vms result;
    for (const VmEntry* vm : vms) {
        if (!vm->site.empty()) {
            result.push_back(vm);
        }
    }
    return result;
}

std::string wire(const SiteMap& map, const LunEntry& lun, const Vms& vms) {
    const Columns columns = columns_of(map, lun, vms);
    const bool both = lun.lun->converged() && !lun.site.empty();
    const bool left = lun.site == map.sites.front();
    const std::string direction = lun.site.empty() ? R"(<span class="bad">nowhere</span>)"
                                                   : arrow(left, both, is_copied(lun));
    std::string svg;
    if (columns.crosses_left || columns.crosses_right) {
        svg = fmt::format("<svg viewBox=\"0 0 {0} {0}\" preserveAspectRatio=\"none\" "
                          "aria-hidden=\"true\">{1}</svg>",
                          square,
                          columns.crosses_left ? lines(running(columns.left), false)
                                               : lines(running(columns.right), true));
    }
    return fmt::format("<div class=\"wire\">{}{}{}<div>{}</div><div class=\"across\">{}</div>"
                       "<div class=\"right\">{}</div></div>\n",
                       lun_box(map, lun, left || both, "left"), direction,
                       lun_box(map, lun, both || (!left && !lun.site.empty()), "right"),
                       boxes(map, columns.left, columns.crosses_left), svg,
                       boxes(map, columns.right, columns.crosses_right));
}

} // namespace

std::string wiring(const SiteMap& map) {
    constexpr std::size_t two_columns = 2;
    if (map.sites.size() != two_columns) {
        return {};
    }
    std::unordered_map<std::string_view, Vms> vms_of;
    for (const VmEntry& vm : map.vms) {
        for (const std::string& lun : vm.vm->luns) {
            vms_of[lun].push_back(&vm);
        }
    }
    std::string out =
        fmt::format("<section class=\"part\"><h2>Who writes where</h2>\n"
                    "<div class=\"wire\"><b>{}</b><span></span><b class=\"right\">{}"
                    "</b></div>\n",
                    escape_markup(map.sites.front()), escape_markup(map.sites.back()));
    for (const LunEntry& lun : map.luns) {
        out += wire(map, lun, vms_of[lun.lun->name]);
    }
    return out + "<p><small>A red line: the VM runs in one site and its LUN is written in the "
                 "other. A broken arrow: what is written is not known to be on the other copy."
                 "</small></p></section>\n";
}

} // namespace twinsite::site::page
