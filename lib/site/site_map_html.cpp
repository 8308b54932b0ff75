#include <twinsite/base/markup.hpp>
#include <twinsite/site/site_map.hpp>

#include <fmt/format.h>

#include <algorithm>

namespace twinsite::site {

namespace {

constexpr std::string_view style = R"(
:root{--bg:#fff;--fg:#1b1f24;--box:#f3f5f8;--line:#c8d0da;--home0:#b3261e;--home1:#1f5fbf;--bad:#b3261e;--ok:#1d7a3e}
@media(prefers-color-scheme:dark){:root{--bg:#14171b;--fg:#e6e9ee;--box:#1e242b;--line:#3a4450;--home0:#ff8a80;--home1:#82b1ff;--bad:#ff8a80;--ok:#7bd89a}}
body{background:var(--bg);color:var(--fg);font:16px/1.4 system-ui,sans-serif;margin:1rem;max-width:70rem}
.sites{display:grid;grid-template-columns:repeat(auto-fit,minmax(17rem,1fr));gap:1rem}
.site,.part{background:var(--box);border:1px solid var(--line);border-radius:.5rem;padding:.75rem;overflow-wrap:anywhere}
h1{font-size:1.4rem}h2{font-size:1.15rem;margin:.2rem 0 .5rem}h3{font-size:1rem;margin:.6rem 0 .2rem}
.bar{height:.6rem;background:var(--line);border-radius:.3rem;overflow:hidden}.bar i{display:block;height:100%;background:var(--ok)}.bar i.full{background:var(--bad)}
.vm{display:inline-block;border:2px solid;border-radius:.4rem;padding:.1rem .5rem;margin:.15rem .2rem .15rem 0}
.home0{border-color:var(--home0)}.home1{border-color:var(--home1)}.bad{color:var(--bad);font-weight:600}.ok{color:var(--ok)}
table{border-collapse:collapse;width:100%}td,th{border-bottom:1px solid var(--line);padding:.25rem .4rem;text-align:left;vertical-align:top}
.part{margin-top:1rem;overflow-x:auto}
)";

class Page {
public:
    explicit Page(const SiteMap& map)
        : map_(map) {}

    std::string text(const std::vector<Finding>& findings) {
        out_ = fmt::format("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
                           "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">"
                           "<title>{0}</title><style>{1}</style></head><body>\n<h1>Cluster {0}: "
                           "<span class=\"{2}\">{3}</span></h1>\n<div class=\"sites\">\n",
                           escape_markup(map_.cluster), style, map_.quorate ? "ok" : "bad",
                           map_.quorate ? "has quorum" : "NO QUORUM");
        for (std::size_t i = 0; i < map_.sites.size(); ++i) {
            site(map_.sites[i]);
        }
        out_ += "</div>\n";
        luns();
        preview();
        list(findings);
        out_ += "</body></html>\n";
        return std::move(out_);
    }

private:
    const SiteMap& map_;
    std::string out_;

    [[nodiscard]] std::string_view colour(std::string_view home) const {
        return !map_.sites.empty() && home == map_.sites.front() ? "home0" : "home1";
    }

    void vm(const VmEntry& entry) {
        const bool crossing = entry.apart || entry.place != Place::home;
        out_ += fmt::format("<span class=\"vm {}\">{}{}</span>", colour(entry.vm->home),
                            escape_markup(entry.vm->name),
                            !crossing ? ""
                                      : fmt::format(" <span class=\"bad\">{}{}</span>",
                                                    escape_markup(to_string(entry.place)),
                                                    entry.apart ? ", apart from its LUN" : ""));
    }

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
                const std::int64_t percent =
                    std::min<std::int64_t>(100, node.used_mib * 100 / usable);
                out_ += fmt::format("<div class=\"bar\"><i{} style=\"width:{}%\"></i></div>"
                                    "<small>{} of {} MiB</small><br>",
                                    percent > 90 ? " class=\"full\"" : "", percent, node.used_mib,
                                    usable);
            }
            for (const VmEntry& entry : map_.vms) {
                if (entry.node == node.node->name) {
                    vm(entry);
                }
            }
            out_ += "\n";
        }
        for (const VmEntry& entry : map_.vms) {
            if (entry.node.empty() && entry.vm->home == name) {
                out_ += "<h3 class=\"bad\">not running</h3>";
                vm(entry);
            }
        }
        out_ += "</section>\n";
    }

    void luns() {
        out_ += "<section class=\"part\"><h2>LUNs</h2><table><tr><th>LUN</th><th>home</th>"
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
                "<tr><td><span class=\"vm {}\">{}</span></td><td>{}</td><td "
                "class=\"{}\">{}</td><td>{}</td></tr>\n",
                colour(lun.lun->home), escape_markup(lun.lun->name), escape_markup(lun.lun->home),
                lun.place == Place::home ? "ok" : "bad",
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
