#include "lib/site/site_map_page.hpp"

#include <twinsite/base/markup.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace twinsite::site {

namespace page {

std::string_view colour(const SiteMap& map, std::string_view home) {
    return !map.sites.empty() && home == map.sites.front() ? "home0" : "home1";
}

std::string vm_box(const SiteMap& map, const VmEntry& vm) {
    std::string trouble;
    if (vm.apart || vm.place != Place::home) {
        trouble = fmt::format(" <span class=\"bad\">{}{}</span>", to_string(vm.place),
                              vm.apart ? ", apart from its LUN" : "");
    }
    return fmt::format("<span class=\"vm {}\">{}{}</span>", colour(map, vm.vm->home),
                       escape_markup(vm.vm->name), trouble);
}

} // namespace page

namespace {

class Page {
public:
    explicit Page(const SiteMap& map)
        : map_(map) {}

    std::string text(const std::vector<Finding>& findings) {
        out_ = fmt::format("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
                           "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">"
                           "<title>{0}</title><style>{1}</style></head><body>\n<h1>Cluster {0}: "
                           "<span class=\"{2}\">{3}</span></h1>\n<div class=\"sites\">\n",
                           escape_markup(map_.cluster), page::style, map_.quorate ? "ok" : "bad",
                           map_.quorate ? "has quorum" : "NO QUORUM");
        for (std::size_t i = 0; i < map_.sites.size(); ++i) {
            site(map_.sites[i]);
        }
        out_ += "</div>\n<p><small>The colour is the home:";
        for (const std::string& name : map_.sites) {
            out_ += fmt::format(" <span class=\"vm {}\">{}</span>", page::colour(map_, name),
                                escape_markup(name));
        }
        out_ += "</small></p>\n";
        out_ += page::wiring(map_);
        luns();
        out_ += page::votes(map_);
        preview();
        out_ += page::capacity(map_);
        list(findings);
        out_ += "</body></html>\n";
        return std::move(out_);
    }

private:
    const SiteMap& map_;
    std::string out_;

    void site(const std::string& name) {
        out_ += fmt::format("<section class=\"site\"><h2>{}</h2>\n", escape_markup(name));
        for (const NodeEntry& node : map_.nodes) {
            if (node.node->site != name) {
                continue;
            }
            out_ += fmt::format("<h3>{} <span class=\"{}\">{}</span></h3>",
                                escape_markup(node.node->name),
                                node.state == "online" ? "ok" : "bad", escape_markup(node.state));
            const std::int64_t usable = node.node->usable_mib();
            if (node.node->compute && usable > 0) {
                constexpr std::int64_t nearly_full = 90;
                out_ += fmt::format("{}<small>{} of {} MiB</small><br>",
                                    page::bar(node.used_mib, usable, nearly_full), node.used_mib,
                                    usable);
            }
            for (const VmEntry& entry : map_.vms) {
                if (entry.node == node.node->name) {
                    out_ += page::vm_box(map_, entry);
                }
            }
            out_ += "\n";
        }
        std::string stopped;
        for (const VmEntry& entry : map_.vms) {
            if (entry.node.empty() && entry.vm->home == name) {
                stopped += page::vm_box(map_, entry);
            }
        }
        out_ += stopped.empty() ? "" : "<h3 class=\"bad\">not running</h3>" + stopped;
        out_ += "</section>\n";
    }

    void luns() {
        out_ += "<section class=\"part\"><h2>LUNs</h2><table "
                "class=\"luns\"><tr><th>LUN</th><th>home</th>"
                "<th>promoted</th><th>copies</th></tr>\n";
        for (const LunEntry& lun : map_.luns) {
            std::string copies;
            for (const CopyEntry& copy : lun.copies) {
                const bool good = copy.running && copy.state == CopyState::good;
                copies += fmt::format("{}{} <span class=\"{}\">{}</span>",
                                      copies.empty() ? "" : "<br>", escape_markup(copy.node),
                                      good ? "ok" : "bad", escape_markup(to_string(copy.state)));
            }
            out_ += fmt::format(
                "<tr><td><span class=\"vm {}\">{}</span></td><td data-label=\"home:\">{}</td>"
                "<td data-label=\"promoted:\" class=\"{}\">{}</td><td>{}</td></tr>\n",
                page::colour(map_, lun.lun->home), escape_markup(lun.lun->name),
                escape_markup(lun.lun->home), lun.place == Place::home ? "ok" : "bad",
                lun.promoted_on.empty() ? "nowhere" : escape_markup(lun.promoted_on), copies);
        }
        out_ += "</table></section>\n";
    }

    /// If the sites lost each other now: the direction in which each LUN diverges.
    void preview() {
        out_ += "<section class=\"part\"><h2>If the sites lose each other now</h2><table>";
        for (const LunEntry& lun : map_.luns) {
            std::string direction = "<span class=\"bad\">nobody writes</span>";
            for (const std::string& site : map_.sites) {
                if (!lun.site.empty() && site != lun.site) {
                    direction =
                        fmt::format("{} &rarr; {}", escape_markup(lun.site), escape_markup(site));
                }
            }
            std::string still;
            for (const VmEntry& vm : map_.vms) {
                const bool uses = std::find(vm.vm->luns.begin(), vm.vm->luns.end(),
                                            lun.lun->name) != vm.vm->luns.end();
                if (uses && vm.apart) {
                    still += fmt::format(" {}", escape_markup(vm.vm->name));
                }
            }
            out_ += fmt::format("<tr><td>{}</td><td>{}</td><td class=\"bad\">{}</td></tr>\n",
                                escape_markup(lun.lun->name), direction,
                                still.empty() ? "" : "stand still:" + still);
        }
        out_ += "</table></section>\n";
    }

    void list(const std::vector<Finding>& findings) {
        out_ += "<section class=\"part\"><h2>Findings</h2>";
        if (findings.empty()) {
            out_ += "<p class=\"ok\">none</p>";
        }
        for (const Finding& finding : findings) {
            out_ += fmt::format(
                "<p><b class=\"{}\">{}</b> {} <code>{}</code><br>{}<br><i>{}</i></p>\n",
                finding.severity == Severity::notice ? "ok" : "bad", to_string(finding.severity),
                escape_markup(finding.where), escape_markup(finding.code),
                escape_markup(finding.problem), escape_markup(finding.remedy));
        }
        out_ += "</section>\n";
    }
};

} // namespace

std::string to_html(const SiteMap& map, const std::vector<Finding>& findings) {
    return Page(map).text(findings);
}

} // namespace twinsite::site
